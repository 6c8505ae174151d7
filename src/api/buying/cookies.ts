// The two cookies of buyers: one tells a browser from another, one remembers the receipt of a checkout for the way back from its gateway.
import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** What tells a browser apart, as its cookie says; undefined when it has none of ours. */
export function deviceOf (request: FastifyRequest): string | undefined {
  const device = readCookie(request, deviceCookie)
  return device !== undefined && devicePattern.test(device) ? device : undefined
}

/** The browser's device cookie, given to it with the answer when it had none. */
export function rememberDevice (request: FastifyRequest, reply: FastifyReply): string {
  const device = deviceOf(request) ?? randomBytes(deviceBytes).toString('base64url')
  setCookie(request, reply, deviceCookie, device, '/', deviceSeconds)
  return device
}

/** The token of a receipt that this browser was given for the way back to `path`. */
export function receiptOf (request: FastifyRequest): string | undefined {
  return readCookie(request, receiptCookie)
}

/** Remembers a receipt, for `path` alone: no other request carries it. */
export function rememberReceipt (request: FastifyRequest, reply: FastifyReply, path: string, token: string): void {
  setCookie(request, reply, receiptCookie, token, path, receiptSeconds)
}

const deviceCookie = 'kahub_device'
const receiptCookie = 'kahub_receipt'
const deviceBytes = 16
const devicePattern = /^[\w-]{22}$/
const deviceSeconds = 365 * 86_400
const receiptSeconds = 7 * 86_400
const cookieHeaderLengthMax = 4_096

function readCookie ({ headers: { cookie } }: FastifyRequest, name: string): string | undefined {
  if (cookie === undefined || cookie.length > cookieHeaderLengthMax) return undefined
  for (const pair of cookie.split(';')) {
    const at = pair.indexOf('=')
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return undefined
}

function setCookie (request: FastifyRequest, reply: FastifyReply, name: string, value: string, path: string, seconds: number): void {
  const secure = request.protocol === 'https' || request.server.origin().startsWith('https:') ? '; Secure' : ''
  const cookie = `${name}=${value}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`
  const before = [reply.getHeader('set-cookie') ?? []].flat().map(String)
  reply.removeHeader('set-cookie').header('set-cookie', [...before, cookie])
}
