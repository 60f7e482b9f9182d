package caravana.web.secret;

/** Boxes for tests of other packages. */
public final class SecretBoxes {

    private SecretBoxes() {}

    /** @param key as the setting has it */
    public static SecretBox of(String key) {
        return new SecretBox(new SecretProperties(key));
    }
}
