// Signs a request with the standard library alone (Go 1.19 or newer), sends it and prints the answer:
//
//	go run examples/signing/sign.go [--print] [METHOD] [TARGET] [BODY]        GET /v1/me when left out
//
// The key: KAHUB_URL, KAHUB_KEY_ID and KAHUB_SECRET, or the file KAHUB_CREDENTIALS (.kahub/demo.json).
// --print prints the headers instead of sending; KAHUB_CREATED and KAHUB_NONCE then take the place of clock and chance.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

type credentials struct{ URL, KeyID, Secret string }

type header struct{ name, value string }

func main() {
	log.SetFlags(0)
	words := os.Args[1:]
	onlyPrint := len(words) > 0 && words[0] == "--print"
	if onlyPrint {
		words = words[1:]
	}
	request := [3]string{"GET", "/v1/me", ""}
	copy(request[:], words)
	method, target, body := request[0], request[1], request[2]

	key := readKey()
	headers := signedHeaders(key, method, target, body)
	if onlyPrint {
		for _, h := range headers {
			fmt.Printf("%s: %s\n", h.name, h.value)
		}
		return
	}
	sent, err := http.NewRequest(method, key.URL+target, strings.NewReader(body))
	check(err)
	for _, h := range headers {
		sent.Header.Set(h.name, h.value)
	}
	client := http.Client{Timeout: 15 * time.Second}
	answer, err := client.Do(sent)
	check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(err)
	fmt.Println(string(text))
	if answer.StatusCode >= 300 {
		os.Exit(1)
	}
}

func signedHeaders(key credentials, method, target, body string) []header {
	path, query, _ := strings.Cut(target, "?")
	covered := []header{{"@method", method}, {"@path", path}, {"@query", "?" + query}}
	var headers []header
	if body != "" {
		sum := sha256.Sum256([]byte(body))
		digest := "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
		covered = append(covered, header{"content-digest", digest})
		headers = []header{{"content-digest", digest}, {"content-type", "application/json"}}
	}
	created := or(os.Getenv("KAHUB_CREATED"), strconv.FormatInt(time.Now().Unix(), 10))
	nonce := or(os.Getenv("KAHUB_NONCE"), randomHex())
	var names, lines []string
	for _, c := range covered {
		names = append(names, `"`+c.name+`"`)
		lines = append(lines, `"`+c.name+`": `+c.value)
	}
	params := fmt.Sprintf(`(%s);created=%s;keyid="%s";nonce="%s";alg="hmac-sha256"`, strings.Join(names, " "), created, key.KeyID, nonce)
	base := strings.Join(append(lines, `"@signature-params": `+params), "\n")

	mac := hmac.New(sha256.New, []byte(key.Secret))
	mac.Write([]byte(base))
	signature := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return append([]header{{"signature-input", "sig1=" + params}, {"signature", "sig1=:" + signature + ":"}}, headers...)
}

func readKey() credentials {
	if secret := os.Getenv("KAHUB_SECRET"); secret != "" {
		return credentials{os.Getenv("KAHUB_URL"), os.Getenv("KAHUB_KEY_ID"), secret}
	}
	text, err := os.ReadFile(or(os.Getenv("KAHUB_CREDENTIALS"), ".kahub/demo.json"))
	check(err)
	var key credentials
	check(json.Unmarshal(text, &key))
	return key
}

func randomHex() string {
	bytes := make([]byte, 16)
	_, err := rand.Read(bytes)
	check(err)
	return hex.EncodeToString(bytes)
}

func or(value, otherwise string) string {
	if value != "" {
		return value
	}
	return otherwise
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
