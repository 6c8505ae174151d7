// A bare connection to an API process: bytes that were made before go out as they are, and answers come back whole.
import { connect } from 'node:net'
import type { Answer } from '../support/house.ts'

export interface Wire {
  /** Writes bytes; resolves when the operating system has them. */
  write (bytes: Uint8Array): Promise<void>
  /** The next answer. One request is under way at a time. */
  answer (): Promise<Answer>
  close (): void
}

const answerMsMax = 30_000
const headersEnd = '\r\n\r\n'

/** Opens a connection to `url`; it ends with `close`. */
export async function openWire (url: string): Promise<Wire> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let arrived = Buffer.alloc(0)
  let waiting: PromiseWithResolvers<Answer> | undefined
  let ended: Error | undefined
  const end = (error: Error): void => {
    ended ??= error
    waiting?.reject(ended)
  }
  socket.on('error', end)
  socket.on('close', () => end(new Error(`${url} closed the connection`)))
  socket.setTimeout(answerMsMax, () => { if (waiting) socket.destroy(new Error(`${url} gave no answer within ${answerMsMax} ms`)) })
  socket.on('data', data => {
    arrived = arrived.length === 0 ? data : Buffer.concat([arrived, data])
    const read = readAnswer(arrived)
    if (!read || !waiting) return
    arrived = arrived.subarray(read.bytes)
    const { resolve } = waiting
    waiting = undefined
    resolve(read.answer)
  })
  return {
    write: bytes => new Promise((resolve, reject) => { socket.write(bytes, error => { if (error) reject(error); else resolve() }) }),
    answer: () => {
      waiting = Promise.withResolvers()
      if (ended) waiting.reject(ended)
      return waiting.promise
    },
    close: () => socket.destroy()
  }
}

/** The first answer in these bytes; undefined as long as it is not whole. */
function readAnswer (bytes: Buffer): { readonly answer: Answer, readonly bytes: number } | undefined {
  const head = bytes.indexOf(headersEnd)
  if (head < 0) return undefined
  const [first, ...fields] = bytes.toString('latin1', 0, head).split('\r\n')
  const headers = Object.fromEntries(fields.map(field => {
    const colon = field.indexOf(':')
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
  }))
  if ('transfer-encoding' in headers) throw new Error('answers without a content-length are not read here')
  const start = head + headersEnd.length
  const stop = start + Number(headers['content-length'] ?? 0)
  if (bytes.length < stop) return undefined
  const text = bytes.toString('utf8', start, stop)
  const json = /\bjson\b/.test(headers['content-type'] ?? '') ? JSON.parse(text) : undefined
  return { answer: { status: Number(first!.split(' ')[1]), headers, text, json, code: json?.code }, bytes: stop }
}
