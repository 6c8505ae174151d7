import type { App, Worlds } from '../app-types.ts'
import { hostPageRoutes } from './host-page.ts'
import { leftRoute } from './stream-left.ts'

/** What is seen while a session runs: the counters of buyers' pages, and the host's page. */
export async function registerLive (app: App, worlds: Worlds): Promise<void> {
  await app.register(async scope => {
    leftRoute(scope, worlds)
    hostPageRoutes(scope, worlds)
  })
}
