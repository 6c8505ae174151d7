// One signed request, for what is not measured by rate: proofs, imports, downloads.
import { randomText } from '../src/base/ids.ts'
import { sign } from '../src/base/signature.ts'
import type { Server } from './ground.ts'
import type { Signer } from './load-plan.ts'

const nonceBytes = 16

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly target: string
  readonly body?: string | Buffer
  readonly contentType?: string
  readonly accept?: string
}

/** Sends a request; throws with the problem's text when it is refused. */
export async function call (server: Server, signer: Signer, request: Call): Promise<Response> {
  const { method, target, body, contentType = 'application/json', accept } = request
  const signed = sign({ method, target, headers: {}, body }, { id: signer.keyId, algorithm: 'hmac-sha256', secret: signer.secret }, {
    created: Math.floor(Date.now() / 1000), nonce: randomText(nonceBytes)
  })
  const response = await fetch(`http://${server.host}:${server.ports[0]}${target}`, {
    method,
    headers: { ...signed, ...(body !== undefined && { 'content-type': contentType }), ...(accept !== undefined && { accept }) },
    ...(body !== undefined && { body: body as BodyInit })
  })
  if (!response.ok) throw new Error(`${method} ${target.slice(0, 80)} was refused: ${response.status} ${await response.text()}`)
  return response
}

/** The same for an answer in JSON. */
export async function callJson<Answer> (server: Server, signer: Signer, request: Call): Promise<Answer> {
  return await (await call(server, signer, request)).json() as Answer
}
