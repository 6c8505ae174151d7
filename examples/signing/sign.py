#!/usr/bin/env python3
"""Signs a request with the standard library alone, sends it and prints the answer:

    python3 examples/signing/sign.py [--print] [METHOD] [TARGET] [BODY]        GET /v1/me when left out

The key: KAHUB_URL, KAHUB_KEY_ID and KAHUB_SECRET, or the file KAHUB_CREDENTIALS (.kahub/demo.json).
--print prints the headers instead of sending; KAHUB_CREATED and KAHUB_NONCE then take the place of clock and chance.
"""
import base64
import hashlib
import hmac
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request

env = os.environ
if 'KAHUB_SECRET' in env:
    key = {'url': env.get('KAHUB_URL'), 'keyId': env['KAHUB_KEY_ID'], 'secret': env['KAHUB_SECRET']}
else:
    with open(env.get('KAHUB_CREDENTIALS', '.kahub/demo.json'), encoding='utf-8') as file:
        key = json.load(file)

words = sys.argv[1:]
only_print = words[:1] == ['--print']
words = words[1:] if only_print else words
method, target, body = (words + ['GET', '/v1/me', ''][len(words):])[:3]
payload = body.encode()


def signed_headers():
    """The headers that sign the request; the target is signed as it is sent, percent-encoding included."""
    path, _, query = target.partition('?')
    covered = [('@method', method), ('@path', path), ('@query', '?' + query)]
    headers = {}
    if payload:
        digest = 'sha-256=:' + base64.b64encode(hashlib.sha256(payload).digest()).decode() + ':'
        covered.append(('content-digest', digest))
        headers = {'content-digest': digest, 'content-type': 'application/json'}
    created = env.get('KAHUB_CREATED') or int(time.time())
    nonce = env.get('KAHUB_NONCE') or secrets.token_hex(16)
    names = ' '.join(f'"{name}"' for name, _ in covered)
    params = f'({names});created={created};keyid="{key["keyId"]}";nonce="{nonce}";alg="hmac-sha256"'
    base = '\n'.join([*(f'"{name}": {value}' for name, value in covered), f'"@signature-params": {params}'])
    mac = hmac.new(key['secret'].encode(), base.encode(), hashlib.sha256).digest()
    return {'signature-input': f'sig1={params}', 'signature': f'sig1=:{base64.b64encode(mac).decode()}:', **headers}


headers = signed_headers()
if only_print:
    for name, value in headers.items():
        print(f'{name}: {value}')
    sys.exit()
request = urllib.request.Request(key['url'] + target, data=payload or None, headers=headers, method=method)
try:
    with urllib.request.urlopen(request, timeout=15) as answer:
        print(answer.read().decode())
except urllib.error.HTTPError as refused:
    print(refused.read().decode())
    sys.exit(1)
