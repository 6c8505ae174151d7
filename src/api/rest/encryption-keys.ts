import {
  CreateEncryptionKey, EncryptionKey, EncryptionKeyPage, EncryptionKeyParams, ListEncryptionKeysQuery
} from '../../../schema/rest/encryption-keys.ts'
import { readEncryptionJwk } from '../../base/encryption-jwk.ts'
import { readId, showId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { listEncryptionKeys, readEncryptionKey, type EncryptionKeyRecord } from '../../domain/resellers/list-encryption-keys.ts'
import { registerEncryptionKey } from '../../domain/resellers/register-encryption-key.ts'
import { retireEncryptionKey } from '../../domain/resellers/retire-encryption-key.ts'
import type { App } from '../app-types.ts'
import { changeKeys } from '../change-keys.ts'
import { resellerOf } from '../change.ts'
import { createOnce } from '../create-once.ts'
import { answerPage } from '../page.ts'

/** The keys that a reseller's deliveries are sealed to. */
export function encryptionKeyRoutes (app: App): void {
  app.post('/v1/encryption-keys', {
    config: { scope: 'keys:write' },
    schema: {
      operationId: 'createEncryptionKey',
      'x-sdk': { resource: 'encryptionKeys', method: 'create' },
      summary: 'Register the key your deliveries are sealed to',
      description: 'From this answer on codes leave only as JWE (RFC 7516) that this key’s private half opens: in orders, pages, streams ' +
        'and repeats. It takes the place of the key in use. Send the public half only; a private key is refused, and spoilt by being sent.',
      tags: ['Reveals'],
      body: CreateEncryptionKey,
      response: { 200: EncryptionKey, 201: EncryptionKey }
    }
  }, async (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const { name } = request.body
    const { algorithm, jwk } = readEncryptionJwk(request.body.jwk)
    return encryptionKeyView(await createOnce(request, reply, {
      owner: resellerId,
      resource: 'encryption_key',
      reference: request.body.reference,
      fields: { name, jwk },
      through: changeKeys,
      create: (tx, id) => registerEncryptionKey(tx, { id, resellerId, name, algorithm, jwk, createdBy: request.caller.key.id }),
      read: async (tx, id) => (await readEncryptionKey(tx, resellerId, id))!
    }))
  })

  app.get('/v1/encryption-keys', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listEncryptionKeys',
      'x-sdk': { resource: 'encryptionKeys', method: 'list' },
      summary: 'Your encryption keys, newest first',
      description: 'Retired ones included: what was sealed to them opens with their private half only.',
      tags: ['Reveals'],
      querystring: ListEncryptionKeysQuery,
      response: { 200: EncryptionKeyPage }
    }
  }, (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    return answerPage(request, reply, `encryption keys ${resellerId}`, {
      load: (after, count) => listEncryptionKeys(request.caller.world.db, resellerId, after ? String(after[0]) : null, count),
      placeOf: key => [key.id],
      view: encryptionKeyView
    })
  })

  app.get('/v1/encryption-keys/:id', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'getEncryptionKey',
      'x-sdk': { resource: 'encryptionKeys', method: 'get' },
      summary: 'One of your encryption keys',
      tags: ['Reveals'],
      params: EncryptionKeyParams,
      response: { 200: EncryptionKey }
    }
  }, async request => {
    const key = await readEncryptionKey(request.caller.world.db, resellerOf(request).id, readId('encryption_key', request.params.id)!)
    if (!key) throw new Problem('not_found', 'You have no encryption key with this id.')
    return encryptionKeyView(key)
  })

  app.delete('/v1/encryption-keys/:id', {
    config: { scope: 'keys:write' },
    schema: {
      operationId: 'retireEncryptionKey',
      'x-sdk': { resource: 'encryptionKeys', method: 'retire' },
      summary: 'Retire an encryption key',
      description: 'Afterwards codes leave in the clear, those bought before included. To change to another key, register it instead: it ' +
        'takes this one’s place without a moment in between. Again, it changes nothing.',
      tags: ['Reveals'],
      params: EncryptionKeyParams,
      response: { 200: EncryptionKey }
    }
  }, async request => {
    const { id: resellerId } = resellerOf(request)
    const retirement = { resellerId, id: readId('encryption_key', request.params.id)!, retiredBy: request.caller.key.id }
    return encryptionKeyView(await changeKeys(request, tx => retireEncryptionKey(tx, retirement)))
  })
}

/** An encryption key as its reseller sees it. */
export function encryptionKeyView (key: EncryptionKeyRecord): EncryptionKey {
  return {
    id: showId('encryption_key', key.id),
    name: key.name,
    algorithm: key.algorithm,
    jwk: key.jwk,
    in_use: key.retiredAt === null,
    created_by: key.createdBy,
    created_at: key.createdAt.toISOString(),
    retired_by: key.retiredBy,
    retired_at: key.retiredAt?.toISOString() ?? null
  }
}
