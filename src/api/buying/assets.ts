import { openAssets, type Assets } from '../pages/assets.ts'

const names = ['buying.css', 'link.js', 'receipt.js', 'solve.js'] as const

export type BuyingAssets = Assets<typeof names[number]>

/** The style and the scripts of buyers' pages. */
export function openBuyingAssets (): BuyingAssets {
  return openAssets(new URL('assets/', import.meta.url), '/l/assets', names)
}
