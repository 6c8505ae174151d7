// Signs a request with nothing but the JDK (17 or newer), sends it and prints the answer:
//   java examples/signing/Sign.java [--print] [METHOD] [TARGET] [BODY]        GET /v1/me when left out
// The key: KAHUB_URL, KAHUB_KEY_ID and KAHUB_SECRET, or the file KAHUB_CREDENTIALS (.kahub/demo.json).
// --print prints the headers instead of sending; KAHUB_CREATED and KAHUB_NONCE then take the place of clock and chance.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Sign {
    public static void main(String[] given) throws Exception {
        List<String> words = new ArrayList<>(List.of(given));
        boolean print = words.remove("--print");
        String method = words.size() > 0 ? words.get(0) : "GET";
        String target = words.size() > 1 ? words.get(1) : "/v1/me";
        byte[] body = (words.size() > 2 ? words.get(2) : "").getBytes(StandardCharsets.UTF_8);

        Map<String, String> headers = signedHeaders(method, target, body);
        if (print) {
            headers.forEach((name, value) -> System.out.println(name + ": " + value));
            return;
        }
        HttpRequest.BodyPublisher content = body.length == 0
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofByteArray(body);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(credential("KAHUB_URL", "url") + target))
            .method(method, content).timeout(Duration.ofSeconds(15));
        headers.forEach(request::header);
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        System.out.println(answer.body());
        System.exit(answer.statusCode() < 300 ? 0 : 1);
    }

    static Map<String, String> signedHeaders(String method, String target, byte[] body) throws Exception {
        int mark = target.indexOf('?');
        Map<String, String> covered = new LinkedHashMap<>();
        covered.put("@method", method);
        covered.put("@path", mark < 0 ? target : target.substring(0, mark));
        covered.put("@query", mark < 0 ? "?" : target.substring(mark));
        Map<String, String> headers = new LinkedHashMap<>();
        if (body.length > 0) {
            String digest = "sha-256=:" + base64(MessageDigest.getInstance("SHA-256").digest(body)) + ":";
            covered.put("content-digest", digest);
            headers.put("content-digest", digest);
            headers.put("content-type", "application/json");
        }
        String created = System.getenv().getOrDefault("KAHUB_CREATED", String.valueOf(System.currentTimeMillis() / 1000));
        String nonce = System.getenv().getOrDefault("KAHUB_NONCE", randomHex());
        String names = covered.keySet().stream().map(name -> '"' + name + '"').collect(Collectors.joining(" "));
        String params = "(" + names + ");created=" + created + ";keyid=\"" + credential("KAHUB_KEY_ID", "keyId")
            + "\";nonce=\"" + nonce + "\";alg=\"hmac-sha256\"";
        StringBuilder base = new StringBuilder();
        covered.forEach((name, value) -> base.append('"').append(name).append("\": ").append(value).append('\n'));
        base.append("\"@signature-params\": ").append(params);

        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(credential("KAHUB_SECRET", "secret").getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        headers.put("signature-input", "sig1=" + params);
        headers.put("signature", "sig1=:" + base64(mac.doFinal(base.toString().getBytes(StandardCharsets.UTF_8))) + ":");
        return headers;
    }

    static String randomHex() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** From the environment or the credentials file, whose values are plain text; a real program reads the JSON. */
    static String credential(String variable, String name) throws Exception {
        String value = System.getenv(variable);
        if (value != null) return value;
        String file = System.getenv().getOrDefault("KAHUB_CREDENTIALS", ".kahub/demo.json");
        Matcher found = Pattern.compile("\"" + name + "\": *\"([^\"]*)\"").matcher(Files.readString(Path.of(file)));
        if (!found.find()) throw new IllegalStateException(file + " has no " + name);
        return found.group(1);
    }
}
