// The entry of @kahub/sdk/admin: what operators use; a reseller's bundle does not carry it.
export { KahubAdmin } from './generated/admin.ts'
export * from './errors.ts'
export type * from './generated/types.ts'
export type { CallOptions, Method, QueryValue, RequestOptions } from './connection.ts'
export type { Lines } from './lines.ts'
export type { KahubOptions } from './options.ts'
export type { List, Page, PageAnswer } from './pages.ts'
export type { PrivateJwk } from './signing.ts'
