// What the pages load: styles and scripts of this folder, addressed by what is in them, so that they may be kept for ever.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const types = {
  'embed.css': 'text/css; charset=utf-8',
  'embed.js': 'text/javascript; charset=utf-8',
  'embedded.js': 'text/javascript; charset=utf-8',
  'overlay.css': 'text/css; charset=utf-8',
  'overlay.js': 'text/javascript; charset=utf-8',
  'poster.css': 'text/css; charset=utf-8',
  'poster.js': 'text/javascript; charset=utf-8'
} as const
export type AssetName = keyof typeof types

export interface Asset { readonly type: string, readonly text: string, readonly hash: string }

export interface Assets {
  /** The file of a name; undefined when there is none of that name. */
  find (name: string): Asset | undefined
  /** The address of a file, with its hash. */
  address (name: AssetName): string
}

/** Where they are served. */
export const assetPath = '/embedding/assets/'

/** Opens them; each is read when it is first wanted. */
export function openAssets (): Assets {
  const read = new Map<AssetName, Asset>()
  const asset = (name: AssetName): Asset => {
    const known = read.get(name)
    if (known) return known
    const text = readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8')
    const made = { type: types[name], text, hash: createHash('sha256').update(text).digest('hex').slice(0, 12) }
    read.set(name, made)
    return made
  }
  return {
    find: name => Object.hasOwn(types, name) ? asset(name as AssetName) : undefined,
    address: name => `${assetPath}${name}?${asset(name).hash}`
  }
}
