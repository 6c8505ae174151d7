import type { App } from '../app-types.ts'

export function settlementRoutes (app: App): void {
  void app
}
