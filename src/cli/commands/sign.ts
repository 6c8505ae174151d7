// A signed curl command for people, and the same request sent and shown: what signing looks like, without writing a program.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { contentDigest, signatureHeaders } from '../../../sdk/src/signing.ts'
import { repeated } from '../arguments.ts'
import { examples } from '../examples.ts'
import { RefusedError, UsageError } from '../failures.ts'
import { note, printJson, say } from '../output.ts'
import { sendOnce } from '../send-once.ts'
import type { KeySession, RunWith } from '../session.ts'

/** Characters shown of a refusal that is no problem document. */
const shownMax = 300
/** How far back a signature may lie. */
const goodSeconds = 300

interface SignOptions {
  readonly data?: string
  readonly header?: readonly string[]
  readonly send?: boolean
}

/** kahub sign. */
export function addSign (program: Command, run: RunWith<KeySession>): void {
  examples(
    program
      .command('sign')
      .description('print a request as a signed curl command, or send it')
      .argument('<method-or-url>', 'GET when left out, POST with --data')
      .argument('[url]', 'the address, from the path on')
      .option('--data <json>', 'the body; @FILE takes the bytes of a file')
      .option('--header <header>', 'another header, as in "Idempotency-Key: PO-1"; can be given several times', repeated)
      .option('--key <file>', 'the key to sign with, as --credentials (the demo’s when left out)')
      .option('--send', 'send it and print the answer'),
    'kahub sign GET /v1/me',
    'kahub sign \'/v1/products?limit=2\' --send',
    'kahub sign POST /v1/stock/query --data \'{"skus":["sku_…"]}\' --key shop.json'
  ).action(run(sign))
}

async function sign (session: KeySession, first: string, second: string | undefined, options: SignOptions): Promise<void> {
  const body = options.data === undefined ? undefined : await readData(options.data)
  const method = second === undefined ? (body === undefined ? 'GET' : 'POST') : first.toUpperCase()
  if (!/^[A-Z]+$/.test(method)) throw new UsageError(`${JSON.stringify(first)} is no method; write it like: kahub sign GET /v1/me.`)
  const url = readUrl(session.url, second ?? first)
  const headers = await signed(session, { method, url, given: readHeaders(options.header ?? []), body })
  if (options.send) return await send(session, { method, url, headers, body })
  const curl = curlOf({ method, url, headers, data: body === undefined ? undefined : options.data! })
  if (session.form === 'json') return printJson({ method, url: url.href, headers, ...(body && { body: body.toString() }), curl })
  say(curl)
  note(`It is good once, and for ${goodSeconds / 60} minutes: give the command again for another.`)
}

interface Unsigned {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly given: Readonly<Record<string, string>>
  readonly body: Buffer<ArrayBuffer> | undefined
}

/** All headers of the request, those that sign it included. */
async function signed ({ key }: KeySession, { method, url, given, body }: Unsigned): Promise<Record<string, string>> {
  const digest = body && body.byteLength > 0 ? { 'content-digest': await contentDigest(body) } : {}
  const typed = body && body.byteLength > 0 && given['content-type'] === undefined ? { 'content-type': 'application/json' } : {}
  const headers: Record<string, string> = { ...typed, ...given, ...digest }
  const covered = Object.entries(headers).filter(([name]) => /^(content-digest|idempotency-key|kahub-.*)$/.test(name))
  const signature = await signatureHeaders(
    key,
    { method, path: url.pathname, query: url.search || '?', headers: covered },
    { createdS: Math.floor(Date.now() / 1000), nonce: randomBytes(16).toString('hex') }
  )
  return { ...headers, ...signature }
}

async function readData (data: string): Promise<Buffer<ArrayBuffer>> {
  if (!data.startsWith('@')) return Buffer.from(data)
  try {
    return await readFile(data.slice(1))
  } catch (error) {
    throw new UsageError(`${data.slice(1)} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`)
  }
}

/** The address that is sent and signed: as programs normalise it, on the key's own server. */
function readUrl (base: string, text: string): URL {
  if (!URL.canParse(text, base) || (!text.startsWith('/') && !/^https?:\/\//.test(text))) {
    throw new UsageError(`${JSON.stringify(text)} is no address; write it like: kahub sign GET /v1/me.`)
  }
  const url = new URL(text, base)
  // Whoever gets a signed request may send it on to the server it is good at.
  if (url.origin !== new URL(base).origin) {
    throw new UsageError(`${url.origin} is not the server of this key, ${base}. Name the server with --url, if it is.`)
  }
  url.hash = ''
  return url
}

const made = ['signature', 'signature-input', 'content-digest']

function readHeaders (lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([\x20-\x7e]*?)[ \t]*$/.exec(line) ?? []
    if (name === undefined) {
      throw new UsageError(`--header ${JSON.stringify(line)} cannot be read: write it like --header "Idempotency-Key: PO-1".`)
    }
    const lower = name.toLowerCase()
    if (made.includes(lower)) throw new UsageError(`${name} is made here, and cannot be given.`)
    if (lower in headers) throw new UsageError(`${name} stands twice.`)
    headers[lower] = value!
  }
  return headers
}

interface Signed {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
}

function curlOf ({ method, url, headers, data }: Signed & { readonly data: string | undefined }): string {
  const lines = [
    `curl --globoff --path-as-is --request ${method} ${quotedForSh(url.href)}`,
    ...Object.entries(headers).map(([name, value]) => `--header ${quotedForSh(`${name}: ${value}`)}`),
    ...(data === undefined ? [] : [`--data-binary ${quotedForSh(data)}`])
  ]
  return lines.join(' \\\n  ')
}

/** A word that sh takes as it is, whatever stands in it. */
function quotedForSh (text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

async function send (
  session: KeySession, { method, url, headers, body }: Signed & { readonly body: Buffer<ArrayBuffer> | undefined }
): Promise<void> {
  const answer = await sendOnce(session, url, { method, headers, ...(body && { body }) })
  const text = await answer.text()
  const json = /^application\/(problem\+)?json\b/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) as unknown : undefined
  if (answer.ok) return json === undefined ? void process.stdout.write(text) : printJson(json)
  const { code = 'refused', detail = text.slice(0, shownMax) } = (json ?? {}) as { code?: string, detail?: string }
  throw new RefusedError(code, `The server answered ${answer.status}: ${detail}`, { requestId: answer.headers.get('request-id') ?? undefined })
}
