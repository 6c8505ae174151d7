import { Problem } from '../../base/problem.ts'
import type { World } from '../../domain/world.ts'

const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]']

/** Reads where a browser is to be sent back to; http only to this machine, and only where one tries out. Refuses with `invalid_request`. */
export function readReturnUrl ({ name, callbackRules }: World, text: string): string {
  const url = URL.parse(text)
  const mayBeHere = name === 'test' || callbackRules.loopback
  const isHere = mayBeHere && url?.protocol === 'http:' && loopbackHosts.includes(url.hostname)
  if (url !== null && (url.protocol === 'https:' || isHere) && url.username === '' && url.password === '') return url.href
  throw new Problem('invalid_request', 'The browser is sent back to an https address without a user or password.', {
    errors: [{ pointer: '/return_url', detail: 'must be an https address without a user or password' }]
  })
}
