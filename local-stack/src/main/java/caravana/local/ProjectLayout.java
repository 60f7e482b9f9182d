package caravana.local;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Paths of the parts of a built project, derived from the path of this class. */
final class ProjectLayout {

    /**
     * How a JVM starts processes. By default it runs a helper of the JDK's, which an update of the JDK replaces under a
     * running JVM, and from then on no start works. VFORK needs no helper; from JDK 25 on it is deprecated, and FORK needs
     * none either.
     */
    private static final String PROCESS_LAUNCH =
            "-Djdk.lang.Process.launchMechanism=" + (Runtime.version().feature() < 25 ? "VFORK" : "FORK");

    private ProjectLayout() {}

    /** The project's root folder. */
    static Path root() {
        return target().getParent().getParent();
    }

    /** The project itself: {@link #root}, unless this program runs from a copy of what was built. */
    static Path project() {
        String named = System.getProperty("caravana.project");
        return named == null ? root() : Path.of(named);
    }

    /** What the project's runs leave, unless they get another folder. */
    static Path data() {
        return project().resolve(".caravana");
    }

    /** The class path of the launcher and of its servers: {@link #jar} and the libraries beside it. */
    static String classPath() {
        Path jar = jar();
        return jar + ":" + jar.resolveSibling("lib") + "/*";
    }

    /** The jar of the launcher and of its servers, where the user that they run as can read it. */
    static Path jar() {
        Path jar = target().resolve("local-stack.jar");
        Path libraries = target().resolve("lib");
        if (!Files.exists(jar) || !Files.isDirectory(libraries)) {
            throw new LocalStackException("The local stack is not built (" + jar + " or lib/ is missing); "
                    + "run ./caravana, or mvn package");
        }
        Path readable = target();
        if (!Programs.place(target()).equals(target())) {
            readable = made(
                    "local-stack",
                    copy -> Command.run(
                            "copy " + target(),
                            List.of("cp", "-r", jar.toString(), libraries.toString(), copy.toString())));
        }
        return readable.resolve("local-stack.jar");
    }

    /**
     * A folder that is made from this build, once, where the user of servers and apps can read it.
     *
     * @param maker fills the empty folder that it is given
     */
    static Path made(String name, Consumer<Path> maker) {
        return Programs.make(
                Programs.place(target()).resolve(name), Programs.version(target().resolve("local-stack.jar")), maker);
    }

    /**
     * The `java` that runs this program.
     *
     * @throws LocalStackException when servers and apps run as a user that cannot run it
     */
    static String java() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        if (!LocalUser.current().canRead(java)) {
            throw new LocalStackException(LocalUser.NAME + ", as whom servers and apps run, cannot run " + java
                    + "; set JAVA_HOME to a JDK that every user can read, such as Debian's openjdk-17-jdk-headless");
        }
        return java.toString();
    }

    /** JVM options for our own processes: quick to start, small, and without a second compiler to warm up. */
    static List<String> smallJvm(int heapMegabytes) {
        return List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx" + heapMegabytes + "m", PROCESS_LAUNCH);
    }

    private static Path target() {
        try {
            Path code = Path.of(ProjectLayout.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return code.toAbsolutePath().getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
