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
