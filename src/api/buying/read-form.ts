// Forms as browsers send them: application/x-www-form-urlencoded, small, each field once. What is too long or twice is refused, not cut.
import type { FastifyInstance } from 'fastify'
import { Problem } from '../../base/problem.ts'

export const formBytesMax = 8 * 1024
const formFieldsMax = 24

export type Form = Readonly<Record<string, string>>

/** Within this scope bodies are forms, and nothing else. */
export function takeForms (scope: Pick<FastifyInstance, 'removeAllContentTypeParsers' | 'addContentTypeParser'>): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: formBytesMax }, (_request, body, done) => {
    try {
      done(null, readForm(body as string))
    } catch (error) {
      done(error as Error)
    }
  })
}

/** The fields of a form. */
export function readForm (body: string): Form {
  const form: Record<string, string> = Object.create(null)
  let count = 0
  for (const [name, value] of new URLSearchParams(body)) {
    if (++count > formFieldsMax) throw new Problem('invalid_request', `The form has more than ${formFieldsMax} fields.`)
    if (name in form) throw new Problem('invalid_request', 'The form has a field twice.')
    form[name] = value
  }
  return form
}
