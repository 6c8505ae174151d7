import type { App } from '../app-types.ts'

export function gatewayRoutes (app: App): void {
  void app
}
