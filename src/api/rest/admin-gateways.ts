import type { App } from '../app-types.ts'

export function adminGatewayRoutes (app: App): void {
  void app
}
