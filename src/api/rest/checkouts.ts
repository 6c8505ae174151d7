import type { App } from '../app-types.ts'

export function checkoutRoutes (app: App): void {
  void app
}
