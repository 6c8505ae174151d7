// The styles and scripts of pages, by addresses that change with what they hold, so that they are kept for ever.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../base/problem.ts'

export type AssetName = `${string}.css` | `${string}.js`

/** In which forms a thing lies ready, by the name of Content-Encoding. */
type Encoded = Readonly<Record<'br' | 'gzip' | 'identity', Buffer>>

export interface Asset {
  readonly type: string
  /** Of what it holds, as it stands in its address. */
  readonly hash: string
  /** Packed when first asked for. */
  bodies (): Encoded
}

export interface Assets<Name extends AssetName> {
  /** The address of each. */
  readonly paths: Readonly<Record<Name, string>>
  /** The file of a name. */
  named (name: Name): Asset
  /** The file at the end of an address. */
  find (hashedName: string): Asset | undefined
}

const types = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' }
const hashLength = 10
const assetSecondsMax = 31_536_000

/** Reads files of a folder, which ends with a slash; `path` is where they are served, without one. */
export function openAssets<Name extends AssetName> (folder: URL, path: string, names: readonly Name[]): Assets<Name> {
  const all = names.map(name => {
    const ending = name.endsWith('.css') ? 'css' : 'js'
    const bytes = Buffer.from(squeeze(ending, readFileSync(new URL(name, folder), 'utf8')))
    const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, hashLength)
    let packed: Encoded | undefined
    const bodies = (): Encoded => {
      packed ??= pack(bytes)
      return packed
    }
    const asset: Asset = { type: types[ending], hash, bodies }
    return { name, asset, hashedName: `${name.slice(0, -ending.length)}${hash}.${ending}` }
  })
  const byName = new Map(all.map(({ name, asset }) => [name, asset]))
  const byHashedName = new Map(all.map(({ hashedName, asset }) => [hashedName, asset]))
  return {
    paths: Object.fromEntries(all.map(({ name, hashedName }) => [name, `${path}/${hashedName}`])) as Record<Name, string>,
    named: name => byName.get(name)!,
    find: hashedName => byHashedName.get(hashedName)
  }
}

/** Answers with the file at the end of an address; refuses with `not_found`. */
export function answerAsset<Name extends AssetName> (
  assets: Assets<Name>, request: FastifyRequest<{ Params: { name: string } }>, reply: FastifyReply
): FastifyReply {
  const asset = assets.find(request.params.name)
  if (asset === undefined) throw new Problem('not_found', 'There is no such file.')
  reply.header('cache-control', `public, max-age=${assetSecondsMax}, immutable`)
  return sendAsset(asset, request, reply)
}

/** Sends a file in the best form that the browser takes; how long it is kept is for the caller to say. */
export function sendAsset ({ type, bodies }: Asset, request: Pick<FastifyRequest, 'headers'>, reply: FastifyReply): FastifyReply {
  const encoding = encodingFor(request.headers['accept-encoding'])
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  return reply.headers({ 'content-type': type, vary: 'accept-encoding', 'x-content-type-options': 'nosniff' }).send(bodies()[encoding])
}

/** The best form of those a browser takes. */
export function encodingFor (accepted: string | undefined): keyof Encoded {
  if (accepted === undefined) return 'identity'
  return /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : 'identity'
}

/** Without what is for us alone: whole lines of comment, indentation, and in a style sheet the spaces around its signs. */
function squeeze (ending: keyof typeof types, text: string): string {
  const lines = text.replace(/^\s*(\/\/.*|\/\*.*\*\/)$/gm, '').replace(/^\s+/gm, '')
  return ending === 'css' ? lines.trimEnd().replaceAll('\n', ' ').replace(/ *([{};,]) */g, '$1').replaceAll(': ', ':') : lines
}

function pack (bytes: Buffer): Encoded {
  return {
    br: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength } }),
    gzip: gzipSync(bytes),
    identity: bytes
  }
}
