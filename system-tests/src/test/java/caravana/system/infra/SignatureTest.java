package caravana.system.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The signatures of the packages that an image gets from AWS, with a key of the test's own. */
class SignatureTest {

    @TempDir
    private Path folder;

    private String fingerprint;

    @BeforeEach
    void sign() throws IOException {
        Checks.need("infra-signatures", "gpg", "gpgv");
        Files.writeString(folder.resolve("agent.deb"), "a package");
        bash(
                "mkdir -m 700 home && gpg --batch --quiet --passphrase '' --quick-generate-key test@example.test ed25519 sign never"
                        + " && gpg --armor --export >key.gpg && gpg --batch --quiet --detach-sign --output agent.deb.sig agent.deb");
        fingerprint =
                bash("gpg --batch --with-colons --list-keys 2>/dev/null | awk -F: '$1 == \"fpr\" { print $10; exit }'")
                        .strip();
        bash("gpgconf --kill gpg-agent");
    }

    @Test
    void aGoodSignatureIsAccepted() {
        assertThat(check("key.gpg", fingerprint).status()).isZero();
    }

    @Test
    void anythingElseIsRefusedAndNamed() throws IOException {
        assertThat(check("key.gpg", "937616F3450B7D806CBD9725D58167303B789C72"))
                .satisfies(ran -> assertThat(ran.status()).isEqualTo(1))
                .satisfies(ran -> assertThat(ran.output()).contains("has the fingerprint " + fingerprint));
        assertThat(check("missing.gpg", fingerprint).output()).contains("the key missing.gpg is missing");
        assertThat(check("key.gpg", "").output()).contains("no fingerprint was given");
        Files.writeString(folder.resolve("agent.deb"), "another package");
        assertThat(check("key.gpg", fingerprint))
                .satisfies(ran -> assertThat(ran.status()).isEqualTo(1))
                .satisfies(ran -> assertThat(ran.output()).contains("the signature of agent.deb is not good"));
    }

    private Checks.Ran check(String key, String expected) {
        return Checks.run(
                folder,
                Map.of(),
                Checks.ROOT.resolve("infra/packer/check-signature.sh").toString(),
                folder.resolve("agent.deb").toString(),
                folder.resolve(key).toString(),
                expected);
    }

    private String bash(String commands) {
        Checks.Ran ran = Checks.run(folder, Map.of("GNUPGHOME", folder + "/home"), "bash", "-euc", commands);
        assertThat(ran.status()).as(ran.output()).isZero();
        return ran.output();
    }
}
