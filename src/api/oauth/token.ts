import type { App, Worlds } from '../app-types.ts'

/** OAuth 2.0 client credentials with `private_key_jwt`: a short bearer token with read scopes, for tools that cannot sign. */
export function oauthRoutes (_app: App, _worlds: Worlds): void {}
