import { act, connection, type Resource } from './resource.ts'

/** A reseller's own API keys. They are no nodes: their ids are those of signatures, and REST reads none by itself. */
export const keys: Resource = {
  queries: { keys: connection('listKeys') },
  mutations: {
    createKey: act('createKey', { noun: 'key' }),
    rotateKey: act('rotateKey', { noun: 'key' }),
    revokeKey: act('revokeKey', { noun: 'key' })
  }
}
