import type { App } from '../app-types.ts'

/** standing-orders. */
export function standingOrderRoutes (app: App): void {}
