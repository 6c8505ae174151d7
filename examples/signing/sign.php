<?php
// Signs a request with what PHP (8.1 or newer) brings along, sends it and prints the answer:
//   php examples/signing/sign.php [--print] [METHOD] [TARGET] [BODY]        GET /v1/me when left out
// The key: KAHUB_URL, KAHUB_KEY_ID and KAHUB_SECRET, or the file KAHUB_CREDENTIALS (.kahub/demo.json).
// --print prints the headers instead of sending; KAHUB_CREATED and KAHUB_NONCE then take the place of clock and chance.
declare(strict_types=1);

$key = getenv('KAHUB_SECRET') === false
    ? json_decode(file_get_contents(getenv('KAHUB_CREDENTIALS') ?: '.kahub/demo.json'), true, 8, JSON_THROW_ON_ERROR)
    : ['url' => getenv('KAHUB_URL'), 'keyId' => getenv('KAHUB_KEY_ID'), 'secret' => getenv('KAHUB_SECRET')];

$words = array_slice($argv, 1);
$print = ($words[0] ?? '') === '--print';
if ($print) array_shift($words);
[$method, $target, $body] = $words + ['GET', '/v1/me', ''];

function signedHeaders(array $key, string $method, string $target, string $body): array
{
    $parts = explode('?', $target, 2);
    $covered = ['@method' => $method, '@path' => $parts[0], '@query' => '?' . ($parts[1] ?? '')];
    $headers = [];
    if ($body !== '') {
        $digest = 'sha-256=:' . base64_encode(hash('sha256', $body, true)) . ':';
        $covered['content-digest'] = $digest;
        $headers = ["content-digest: $digest", 'content-type: application/json'];
    }
    $created = getenv('KAHUB_CREATED') ?: time();
    $nonce = getenv('KAHUB_NONCE') ?: bin2hex(random_bytes(16));
    $names = implode(' ', array_map(fn ($name) => "\"$name\"", array_keys($covered)));
    $params = "($names);created=$created;keyid=\"{$key['keyId']}\";nonce=\"$nonce\";alg=\"hmac-sha256\"";
    $lines = array_map(fn ($name, $value) => "\"$name\": $value", array_keys($covered), $covered);
    $base = implode("\n", [...$lines, "\"@signature-params\": $params"]);
    $signature = base64_encode(hash_hmac('sha256', $base, $key['secret'], true));
    return ["signature-input: sig1=$params", "signature: sig1=:$signature:", ...$headers];
}

$headers = signedHeaders($key, $method, $target, $body);
if ($print) {
    echo implode("\n", $headers), "\n";
    exit;
}
$context = stream_context_create(['http' => [
    'method' => $method, 'header' => $headers, 'content' => $body, 'timeout' => 15, 'ignore_errors' => true, 'follow_location' => 0,
]]);
$answer = file_get_contents($key['url'] . $target, false, $context);
echo $answer, "\n";
exit(preg_match('#^HTTP/\S+ 2#', $http_response_header[0] ?? '') === 1 ? 0 : 1);
