import type { App, Caller } from '../app-types.ts'

/**
 * Who a bearer token stands for, on a connection that is no request of its own (a WebSocket's `connection_init`): checked as at a
 * request (token, key, reseller, address, rate), one request taken from the same rate; a refusal is thrown as a Problem. End the
 * connection at `goodUntilMs`, take what operations cost by `takeCost`, and ask `refuseUnusableKey` of the keyring now and then.
 */
export function admitBearer (app: App, token: string, ip: string): Promise<Caller> {
  return app.admitBearer(token, ip)
}
