import type { App, Worlds } from '../app-types.ts'
import type { AppOptions } from '../app.ts'

export async function registerSandboxGateway (app: App, worlds: Worlds, options: AppOptions): Promise<void> {
  void [app, worlds, options]
}
