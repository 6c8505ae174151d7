import type { App } from '../app-types.ts'

/** deliveries. */
export function deliveryRoutes (app: App): void {}
