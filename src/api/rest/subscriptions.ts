import type { App } from '../app-types.ts'

/** subscriptions. */
export function subscriptionRoutes (app: App): void {}
