import type { App } from '../app-types.ts'

/** bulk-orders. */
export function bulkOrderRoutes (app: App): void {}
