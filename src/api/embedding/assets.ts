import { openAssets, type Assets } from '../pages/assets.ts'

const names = ['embed.css', 'embed.js', 'embedded.js', 'overlay.css', 'overlay.js', 'poster.css', 'poster.js'] as const

export type EmbeddingAsset = typeof names[number]
export type EmbeddingAssets = Assets<EmbeddingAsset>

/** Where they are served. */
export const assetsPath = '/embedding/assets'

/** What the pages that show a link elsewhere load. */
export function openEmbeddingAssets (): EmbeddingAssets {
  return openAssets(new URL('assets/', import.meta.url), assetsPath, names)
}
