// The style and the scripts of buyers' pages, by addresses that change with what they hold, so that they are kept for ever.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const types = { 'buying.css': 'text/css', 'link.js': 'text/javascript', 'receipt.js': 'text/javascript', 'solve.js': 'text/javascript' } as const
export type AssetName = keyof typeof types

/** In which forms a thing lies ready, by the name of Content-Encoding. */
export type Encoded = Readonly<Record<'br' | 'gzip' | 'identity', Buffer>>

export interface Asset { readonly type: string, readonly bodies: Encoded }

export interface Assets {
  /** The address of each. */
  readonly paths: Readonly<Record<AssetName, string>>
  /** The asset at the end of an address. */
  find (name: string): Asset | undefined
}

export const assetsPath = '/l/assets'
const hashLength = 10

/** Reads and packs them: once, when the server starts. */
export function openAssets (): Assets {
  const all = (Object.keys(types) as AssetName[]).map(name => {
    const bytes = Buffer.from(squeeze(name, readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8')))
    const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, hashLength)
    return { name, hashed: name.replace('.', `.${hash}.`), asset: { type: `${types[name]}; charset=utf-8`, bodies: encode(bytes) } }
  })
  const byName = new Map(all.map(({ hashed, asset }) => [hashed, asset]))
  return {
    paths: Object.fromEntries(all.map(({ name, hashed }) => [name, `${assetsPath}/${hashed}`])) as Record<AssetName, string>,
    find: name => byName.get(name)
  }
}

/** The best form of those a browser takes. */
export function encodingFor (accepted: string | undefined): keyof Encoded {
  if (accepted === undefined) return 'identity'
  return /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : 'identity'
}

/** Without the comments and the spaces that are for us: whole lines of comment, indentation, and in a style sheet what surrounds its signs. */
function squeeze (name: AssetName, text: string): string {
  const lines = text.replace(/^\s*(\/\/.*|\/\*.*\*\/)$/gm, '').replace(/^\s+/gm, '')
  return types[name] === 'text/css' ? lines.replaceAll('\n', '').replace(/ *([{};,]) */g, '$1').replaceAll(': ', ':') : lines
}

function encode (bytes: Buffer): Encoded {
  return {
    br: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength } }),
    gzip: gzipSync(bytes),
    identity: bytes
  }
}
