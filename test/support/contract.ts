// openapi.yaml as a judge: whatever was answered must be an answer it promises.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Ajv, ValidateFunction } from 'ajv'
import { parse } from 'yaml'
import type { Exchange } from './house.ts'

export interface Operation {
  readonly operationId: string
  readonly method: string
  /** As the contract writes it: /v1/orders/{id}. */
  readonly path: string
  readonly scope: string | undefined
  readonly signed: boolean
  readonly parameters: readonly { readonly name: string, readonly in: string, readonly schema: { readonly pattern?: string } }[]
  readonly body: Readonly<Record<string, unknown>> | undefined
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>
}

export const contractText = readFileSync(fileURLToPath(new URL('../../openapi.yaml', import.meta.url)), 'utf8')

/** The operations of openapi.yaml. */
export function readContract (): readonly Operation[] {
  const { paths } = parse(contractText) as { paths: Record<string, Record<string, any>> }
  return Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]): Operation => ({
    operationId: operation.operationId,
    method: method.toUpperCase(),
    path,
    scope: operation['x-scope'],
    signed: operation.security.length > 0,
    parameters: operation.parameters ?? [],
    body: operation.requestBody?.content,
    responses: operation.responses
  })))
}

export interface Judge {
  /** Takes an exchange in; what the contract does not promise is remembered. */
  hear (exchange: Exchange): void
  readonly faults: readonly string[]
  /** The operations heard with an answer that was no refusal. */
  readonly fulfilled: ReadonlySet<string>
  /** The problem codes heard. */
  readonly codes: ReadonlySet<string>
}

/** A judge of answers. */
export function contractJudge (): Judge {
  // As the router does it: /v1/events/stream is no event with the id stream.
  const operations = readContract().map(operation => ({ ...operation, pattern: patternOf(operation.path) }))
    .sort((a, b) => Number(a.path.includes('{')) - Number(b.path.includes('{')))
  const ajv = newAjv()
  const validators = new Map<string, ValidateFunction>()
  const faults: string[] = []
  const fulfilled = new Set<string>()
  const codes = new Set<string>()

  const validatorOf = (pointer: string): ValidateFunction => {
    const known = validators.get(pointer) ?? ajv.compile({ $ref: `openapi.yaml#${pointer}` })
    validators.set(pointer, known)
    return known
  }

  /** Where the schema of an answer stands; a sentence when the contract has no such answer. */
  const schemaOf = ({ method, target, status, type }: Exchange): { pointer: string } | string => {
    const path = target.split('?', 1)[0]!
    const operation = operations.find(known => known.method === method && known.pattern.test(path))
    const media = type.split(';', 1)[0]!
    if (!operation) return media === 'application/problem+json' ? { pointer: '/components/schemas/Problem' } : 'is no operation'
    const name = [String(status), `${String(status)[0]}XX`].find(known => known in operation.responses)
    if (name === undefined) return `${operation.operationId} does not promise ${status}`
    if (!operation.responses[name]!.content?.[media]) return `${operation.operationId} does not promise ${media} with ${status}`
    if (status < 400) fulfilled.add(operation.operationId)
    const place = ['', 'paths', operation.path, method.toLowerCase(), 'responses', name, 'content', media, 'schema']
    return { pointer: place.map(escape).join('/') }
  }

  return {
    faults,
    fulfilled,
    codes,
    hear (exchange) {
      const { method, target, status, type, text } = exchange
      const fault = (says: string) => { faults.push(`${method} ${target} ${status}: ${says}`) }
      const found = schemaOf(exchange)
      if (typeof found === 'string') return fault(found)
      // Files and streams are read by the tests of what they hold.
      if (!/\bjson\b/.test(type) || type.includes('ndjson')) return
      const body = JSON.parse(text)
      if (status >= 400) codes.add(body.code)
      const validate = validatorOf(found.pointer)
      if (!validate(body)) fault(ajv.errorsText(validate.errors))
    }
  }
}

function newAjv (): Ajv {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(parse(contractText), 'openapi.yaml', undefined, false)
  return ajv
}

function patternOf (path: string): RegExp {
  return new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[a-z_]+\}/g, '[^/]+')}$`)
}

/** A part of a JSON pointer in a URI fragment. */
function escape (part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
}
