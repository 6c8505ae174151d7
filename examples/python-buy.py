#!/usr/bin/env python3
"""Buys one code with the standard library alone: python3 examples/python-buy.py [CREDENTIALS]

The file holds url, keyId and secret; .kahub/demo.json when none is named. Signing is explained in docs/signing.md.
"""
import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
import urllib.error
import urllib.request

with open(sys.argv[1] if len(sys.argv) > 1 else '.kahub/demo.json', encoding='utf-8') as file:
    key = json.load(file)


def signed(method, path, query='', body=None):
    """Sends a signed request and gives the answer's JSON. query begins with "?" or is empty."""
    payload = b'' if body is None else json.dumps(body, ensure_ascii=False).encode()
    covered = [('@method', method), ('@path', path), ('@query', query or '?')]
    headers = {}
    if payload:
        digest = 'sha-256=:' + base64.b64encode(hashlib.sha256(payload).digest()).decode() + ':'
        headers = {'Content-Type': 'application/json', 'Content-Digest': digest}
        covered.append(('content-digest', digest))
    names = ' '.join(f'"{name}"' for name, _ in covered)
    params = f'({names});created={int(time.time())};keyid="{key["keyId"]}";nonce="{secrets.token_hex(16)}";alg="hmac-sha256"'
    base = '\n'.join([*(f'"{name}": {value}' for name, value in covered), f'"@signature-params": {params}'])
    mac = hmac.new(key['secret'].encode(), base.encode(), hashlib.sha256).digest()
    headers['Signature-Input'] = f'sig1={params}'
    headers['Signature'] = f'sig1=:{base64.b64encode(mac).decode()}:'
    request = urllib.request.Request(key['url'] + path + query, data=payload or None, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=15) as answer:
        return json.load(answer)


try:
    sku = signed('GET', '/v1/products', '?tag=hot&limit=1')['data'][0]['skus'][0]
    # Your own order number: after a time-out send the same one again, and you get the same order.
    reference = f'py-{secrets.token_hex(8)}'
    order = signed('POST', '/v1/orders', body={'reference': reference, 'lines': [{'sku': sku['id'], 'quantity': 1}]})
    print(order['id'], order['state'], order['total'], order['currency'])
    for line in order['lines']:
        for code in line.get('codes', []):
            print(code['secret'])
except urllib.error.HTTPError as refused:
    problem = json.load(refused)
    sys.exit(f'{problem["code"]}: {problem["detail"]}')
