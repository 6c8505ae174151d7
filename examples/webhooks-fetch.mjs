// Receives callbacks where requests are fetch's (Deno, Bun, Workers, Next.js) with @kahub/sdk, verified by public key: no secret at all.
import { webhooks } from '@kahub/sdk'

const publicKeys = webhooks.publicKeysAt('https://api.example.com/.well-known/jwks.json')
const endpoints = ['ep_00000000000000000000000000'] // yours: kahub has one key for all, and this is what makes a callback be for you

export default {
  async fetch (request) {
    const event = await webhooks.unwrap(await request.text(), request.headers, { publicKeys, endpoints }).catch(console.warn)
    if (!event) return new Response(null, { status: 401 })
    console.log(request.headers.get('webhook-id'), event.type, event.data) // take each webhook-id once
    return new Response(null, { status: 204 })
  }
}
