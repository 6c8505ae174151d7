import type { App } from '../app-types.ts'

/** The guides at /docs/guides, in English and Chinese, rendered from the documents of this repository. */
export async function registerGuides (_app: App): Promise<void> {}
