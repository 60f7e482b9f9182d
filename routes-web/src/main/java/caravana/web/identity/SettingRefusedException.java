package caravana.web.identity;

/** A setting of authentication is missing or invalid, so web does not start. */
final class SettingRefusedException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param problem which setting is wrong and how; never its value, which may be a secret
     * @param remedy what to do
     */
    SettingRefusedException(String problem, String remedy) {
        super(problem);
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }
}
