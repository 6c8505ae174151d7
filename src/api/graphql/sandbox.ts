import { act, connection, type Resource } from './resource.ts'

/** The sandbox’s own levers, for keys of the test world. */
export const sandbox: Resource = {
  queries: { sandboxStrikes: connection('listSandboxStrikes') },
  mutations: {
    fillSandboxStock: act('fillSandboxStock', { noun: 'stock' }),
    setSandboxBalance: act('setSandboxBalance'),
    setSandboxLevel: act('setSandboxLevel', { noun: 'reseller' }),
    settleSandbox: act('settleSandbox', { noun: 'settled' }),
    resetSandbox: act('resetSandbox', { noun: 'reseller' })
  }
}
