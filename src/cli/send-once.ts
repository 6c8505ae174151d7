import { ConnectionError } from '../../sdk/src/index.ts'
import type { KeySession } from './session.ts'

/** How long an answer may take, in milliseconds. */
const answerMsMax = 30_000

/**
 * Sends a request that a command has made itself, and not again: its signature, or its assertion, is good once. Throws a
 * ConnectionError when there is no answer, and when Ctrl-C ends it.
 */
export async function sendOnce ({ url: server, stop }: KeySession, url: URL | string, init: RequestInit): Promise<Response> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(answerMsMax)])
  return await fetch(url, { ...init, redirect: 'manual', signal }).catch((cause: unknown) => {
    throw new ConnectionError(`${server}: ${(cause as Error).message}`, {
      code: 'connection_failed', title: `${server} cannot be reached`, cause
    })
  })
}
