package caravana.checks;

import java.util.function.Consumer;

/** Looks at one file, and reports what is wrong with it whatever the others say: so it looks once at each text. */
interface FileRule {

    default void check(RouteFile file, Consumer<Finding> report) {}

    default void check(SqlFile file, Consumer<Finding> report) {}
}
