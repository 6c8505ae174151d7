// Asking the graph, as a client that signs does.
import type { Reseller } from './house.ts'

export interface GraphAnswer { readonly data?: any, readonly errors?: readonly GraphError[] }
export interface GraphError { readonly message: string, readonly path?: readonly (string | number)[], readonly extensions: Readonly<Record<string, any>> }

/** Asks with POST as new clients do. */
export function graphReader (reseller: Reseller): (query: string, variables?: object) => Promise<GraphAnswer> {
  return async (query, variables) => {
    const answer = await reseller.send('POST', '/graphql', {
      body: { query, ...(variables && { variables }) },
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' }
    })
    return answer.json
  }
}

/** `fetch` for clients that cannot sign: every request is signed as it leaves. */
export function signingFetch (reseller: Reseller): typeof fetch {
  return async (input, init = {}) => {
    const { pathname, search } = new URL(String(input))
    const method = init.method ?? 'GET'
    const { body } = init
    const headers = Object.fromEntries(new Headers(init.headers))
    const given = typeof body === 'string' ? body : undefined
    const answer = await reseller.send(method, pathname + search, { headers: given === undefined ? headers : { 'content-type': '', ...headers }, body: given })
    return new Response(answer.text, { status: answer.status, headers: answer.headers as Record<string, string> })
  }
}

/** Where an answer was refused, and why: path and code. */
export function refusalsOf ({ errors = [] }: GraphAnswer): [path: string, code: string][] {
  return errors.map(({ path = [], extensions }) => [path.join('.'), extensions.code])
}
