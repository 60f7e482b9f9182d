package caravana.checks;

import java.util.Set;

/**
 * The name of an exchange property or of a variable. A property and a variable with the same name are different. In SQL
 * and in contracts, a name stands for either.
 */
record FlowName(Kind kind, String text) {

    enum Kind {
        PROPERTY("exchange property", "exchangeProperty"),
        VARIABLE("variable", "variable"),
        EITHER("property or variable", "");

        private final String words;
        private final String function;

        Kind(String words, String function) {
            this.words = words;
            this.function = function;
        }
    }

    static FlowName property(String text) {
        return new FlowName(Kind.PROPERTY, text);
    }

    static FlowName variable(String text) {
        return new FlowName(Kind.VARIABLE, text);
    }

    static FlowName either(String text) {
        return new FlowName(Kind.EITHER, text);
    }

    /** What a function of Simple reads. */
    static FlowName read(SimpleText.Reading reading) {
        return reading.from().equals("variable") ? variable(reading.name()) : property(reading.name());
    }

    /** Whether one of these is what it reads. */
    boolean isIn(Set<FlowName> names) {
        return kind == Kind.EITHER
                ? names.contains(property(text)) || names.contains(variable(text))
                : names.contains(this);
    }

    /** Of a property the variable of its name, and the other way round. */
    FlowName other() {
        return kind == Kind.PROPERTY ? variable(text) : property(text);
    }

    /** What it is, for people. */
    String words() {
        return kind.words;
    }

    /** As an expression reads it. */
    String function() {
        return "${" + kind.function + "." + text + "}";
    }
}
