package caravana.web;

import caravana.local.LocalStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.util.FileSystemUtils;

/** The local stack, one for all tests of this JVM. */
public final class WebFixture {

    private static final Path FOLDER = temporaryFolder();
    public static final LocalStack STACK = LocalStack.start(FOLDER);

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            STACK.close();
            try {
                FileSystemUtils.deleteRecursively(FOLDER);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }));
    }

    private WebFixture() {}

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("caravana-web-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
