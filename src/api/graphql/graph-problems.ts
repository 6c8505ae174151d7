// What goes wrong, as GraphQL tells it: the same problems as REST, in `extensions`.
import type { FastifyRequest } from 'fastify'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { problems } from '../../../schema/problems.ts'
import { Problem } from '../../base/problem.ts'
import { logFault, problemOf } from '../problems.ts'
import { pointerOf } from './names.ts'

const messageLengthMax = 500
export const errorsMax = 20

/** A problem as an error of GraphQL. */
export function showProblem (problem: Problem, requestId: string): GraphQLFormattedError {
  const { code, detail, status } = problem
  const { title, titleZh, retryable = false } = problems[code]
  const { retryAfterSeconds, errors, ...facts } = problem.facts
  return {
    message: detail,
    extensions: {
      code,
      status,
      title,
      titleZh,
      detail,
      requestId,
      retryable,
      ...facts,
      ...(errors && { errors: errors.map(({ pointer, detail }) => ({ pointer: pointerOf(pointer), detail })) }),
      ...(retryAfterSeconds !== undefined && { retryAfter: retryAfterSeconds })
    }
  }
}

/** The errors of an execution: what a resolver threw, as the problem it is. */
export function showErrors (errors: readonly GraphQLError[], request: FastifyRequest): readonly GraphQLFormattedError[] {
  return errors.slice(0, errorsMax).map(error => {
    const problem = problemBehind(error)
    logFault(problem, error.originalError ?? error, request)
    const { locations, path } = error
    return { ...showProblem(problem, request.id), ...(locations && { locations }), ...(path && { path }) }
  })
}

/** Errors of a document that does not parse or fit, or of variables that do not. */
export function showRefusals (errors: readonly GraphQLError[], request: FastifyRequest): readonly GraphQLFormattedError[] {
  return errors.slice(0, errorsMax).map(({ message, locations }) => {
    const detail = message.length > messageLengthMax ? `${message.slice(0, messageLengthMax)} …` : message
    return { ...showProblem(refusalOf(detail), request.id), ...(locations && { locations }) }
  })
}

/** Nothing but a Problem is told; what is thrown besides is a fault of ours. */
function problemBehind (error: GraphQLError): Problem {
  let thrown: unknown = error
  while (thrown instanceof GraphQLError && thrown.originalError) thrown = thrown.originalError
  return problemOf(thrown)
}

function refusalOf (message: string): Problem {
  const [, name, path = ''] = /^Variable "\$(\w+)" (?:got invalid value .* at "\w+((?:\.\w+|\[\d+\])+)")?/s.exec(message) ?? []
  if (name === undefined) return new Problem('document_invalid', message)
  const pointer = `/${name}${path.replaceAll('[', '/').replaceAll(']', '').replaceAll('.', '/')}`
  return new Problem('invalid_request', message, { errors: [{ pointer, detail: message.split('; ').at(-1)! }] })
}
