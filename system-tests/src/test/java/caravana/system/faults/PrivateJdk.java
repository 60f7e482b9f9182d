package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A copy of the JDK that runs the tests, of which the helper for starting processes can be broken without harm to others. */
final class PrivateJdk {

    private static final Path ORIGINAL = Path.of(System.getProperty("java.home"));

    private final Path home;

    private PrivateJdk(Path home) {
        this.home = home;
    }

    /** Makes the copy; of links to the original's files, where the file system lets us. */
    static PrivateJdk in(Path home) throws IOException, InterruptedException {
        Process copy = new ProcessBuilder(
                        "sh",
                        "-c",
                        "cp -al \"$0\" \"$1\" 2>/dev/null || { rm -rf \"$1\"; cp -a \"$0\" \"$1\"; }",
                        ORIGINAL.toString(),
                        home.toString())
                .inheritIO()
                .start();
        assertThat(copy.waitFor()).isZero();
        PrivateJdk jdk = new PrivateJdk(home);
        // A link shares its permissions with the original, which belongs to everybody.
        Files.delete(jdk.helper());
        Files.copy(ORIGINAL.resolve("lib/jspawnhelper"), jdk.helper(), StandardCopyOption.COPY_ATTRIBUTES);
        return jdk;
    }

    String java() {
        return home.resolve("bin/java").toString();
    }

    /** As in the middle of an update of the package; and as after its end. */
    void makeHelperExecutable(boolean executable) throws IOException {
        Files.setPosixFilePermissions(
                helper(), PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }

    void delete() throws IOException {
        Process delete =
                new ProcessBuilder("rm", "-rf", home.toString()).inheritIO().start();
        assertThat(delete.onExit().join().exitValue()).isZero();
    }

    private Path helper() {
        return home.resolve("lib/jspawnhelper");
    }
}
