import type { App } from '../app-types.ts'

export function payoutRoutes (app: App): void {
  void app
}
