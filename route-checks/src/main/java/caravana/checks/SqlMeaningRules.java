package caravana.checks;

import caravana.checks.SqlCatalog.Column;
import caravana.checks.SqlCatalog.Function;
import caravana.checks.SqlNode.Kind;
import caravana.checks.SqlQuery.Name;
import caravana.checks.SqlTypes.Relation;
import caravana.checks.SqlTypes.Scope;
import caravana.checks.SqlTypes.Typed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Finds statements that PostgreSQL accepts, but that are probably wrong: comparisons of ids of different things, a
 * parameter or column in the place of another one, joins without a condition.
 */
final class SqlMeaningRules implements SqlTypes.Meeting {

    private static final SqlCatalog CATALOG = SqlCatalog.get();

    /** Names of an account's id, of which each table has its own. */
    private static final Set<String> ACCOUNT = Set.of("owner_id", "user_id", "account_id", "caller_id", "actor");

    /** Ids without such a name. */
    private static final Set<String> TOKENS = Set.of("claim_token", "token");

    /** Functions whose result is their argument in another form. */
    private static final Set<String> FORMS =
            Set.of("lower", "upper", "iso", "iso_seconds", "date_trunc", "folded", "btrim");

    private static final int SHORTEST_SUFFIX = 4;
    private static final Set<String> IDS = ids();

    private final SqlFile file;
    private final List<Finding> findings = new ArrayList<>();

    SqlMeaningRules(SqlFile file) {
        this.file = file;
    }

    List<Finding> findings() {
        return findings;
    }

    private static Set<String> ids() {
        Set<String> ids = new HashSet<>();
        for (String table : CATALOG.tables()) {
            CATALOG.table(table).forEach(column -> ids.add(id(table, column.name())));
            ids.add(id(singular(table) + "_id"));
        }
        ids.remove("");
        return ids;
    }

    private void report(int at, String id, String what, String instead) {
        findings.add(new Finding(file.name(), SqlText.line(file.numbered(), at), id, what, instead));
    }

    private static String singular(String table) {
        return table.endsWith("ies") ? table.replaceFirst("ies$", "y") : table.replaceFirst("s$", "");
    }

    /** Of which table's rows a column is the id; empty when it is of none, or its name does not say so. */
    private static String id(String table, String column) {
        return id(column.equals("id") ? singular(table) + "_id" : column);
    }

    private static String id(String name) {
        if (ACCOUNT.contains(name)) {
            return "account_id";
        }
        if (TOKENS.contains(name)) {
            return name;
        }
        if (!name.endsWith("_id")) {
            return "";
        }
        // Some tables have rows that are about a video, and no id of their own.
        for (String table : CATALOG.tables()) {
            if (name.equals(singular(table) + "_id")) {
                String key = CATALOG.key(table);
                return key.endsWith("_id") && !key.equals(name) ? id(key) : name;
            }
        }
        return "";
    }

    /** What a value is but for its form: a column, a parameter, or anything else. */
    private static SqlNode plain(SqlNode value) {
        SqlNode plain = value;
        while (plain.kind() == Kind.CAST
                || plain.kind() == Kind.CALL
                        && FORMS.contains(plain.text())
                        && !plain.parts().isEmpty()) {
            plain = plain.part(plain.parts().size() - 1);
        }
        return plain;
    }

    /** The last part of a parameter's name, as a column would be called. */
    private String parameter(SqlNode parameter) {
        return file.sql()
                .parameters()
                .get(Integer.parseInt(parameter.text()) - 1)
                .name();
    }

    private static String asColumn(String parameter) {
        String[] parts = parameter.split("\\.");
        String last =
                parts[parts.length - 1].replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
        return last.equals("id") && parts.length > 1 ? parts[parts.length - 2] + "_id" : last;
    }

    private static String origin(SqlNode value, Scope scope) {
        if (value.kind() == Kind.NAME) {
            return value.text();
        }
        if (value.kind() != Kind.COLUMN) {
            return null;
        }
        for (Scope some = scope; some != null; some = some.outer) {
            for (Relation relation : some.relations) {
                Typed column = relation.column(value.name());
                boolean named = value.parts().size() < 2
                        ? !relation.hidden.contains(value.name())
                        : relation.name.equals(value.part(0).text());
                if (named && column != null) {
                    return column.origin();
                }
            }
        }
        return null;
    }

    private static String shown(SqlNode value) {
        return String.join(".", value.parts().stream().map(SqlNode::text).toList());
    }

    @Override
    public void beside(SqlNode left, SqlNode right, Scope scope) {
        SqlNode one = plain(left);
        SqlNode other = plain(right);
        String column = origin(one, scope);
        if (column == null) {
            if (origin(other, scope) != null && one.kind() == Kind.PARAMETER) {
                beside(other, one, scope);
            }
            return;
        }
        String[] parts = column.split("\\.");
        String id = id(parts[0], parts[1]);
        String otherColumn = origin(other, scope);
        if (otherColumn != null) {
            String[] otherParts = otherColumn.split("\\.");
            if (!areSame(id, id(otherParts[0], otherParts[1]))) {
                report(
                        one.at(),
                        "sql-other-value",
                        shown(one) + " is compared with " + shown(other) + ", which is the id of something else",
                        "Compare it with the column that has the same id");
            }
        } else if (other.kind() == Kind.PARAMETER) {
            parameter(parts[0], parts[1], shown(one), other, scope);
        }
    }

    private static boolean areSame(String id, String other) {
        return id.isEmpty()
                || other.isEmpty()
                || id.equals(other)
                || id.endsWith("_" + other)
                || other.endsWith("_" + id);
    }

    /** A parameter for a column: of another id, or named after another column that is there. */
    private void parameter(String table, String column, String shown, SqlNode parameter, Scope scope) {
        String full = parameter(parameter);
        String name = asColumn(full);
        String id = id(name.endsWith("_ids") || name.endsWith("_tokens") ? name.replaceFirst("s$", "") : name);
        String columnId = id(table, column);
        if (IDS.contains(id) && !columnId.isEmpty()) {
            if (!areSame(id, columnId)) {
                report(
                        parameter.at(),
                        "sql-other-value",
                        ":?" + full + " stands for " + shown + ", and is named after another id",
                        "Write the parameter that is this id");
            }
            return;
        }
        Set<String> others = new HashSet<>();
        CATALOG.table(table).forEach(other -> others.add(other.name()));
        scope.relations.forEach(relation -> relation.columns.forEach(other -> others.add(other.name())));
        String meant = others.stream()
                .filter(other -> isNamedAfter(name, other))
                .findFirst()
                .orElse(null);
        if (meant != null && !fits(name, column)) {
            report(
                    parameter.at(),
                    "sql-other-value",
                    ":?" + full + " stands for " + shown + ", and is named after the column " + meant,
                    "Write the parameter that is meant for " + column);
        }
    }

    private static boolean isNamedAfter(String parameter, String column) {
        return parameter.equals(column) || column.length() >= SHORTEST_SUFFIX && parameter.endsWith("_" + column);
    }

    private static boolean fits(String name, String column) {
        return name.contains(column) || column.contains(name) || stem(name).equals(stem(column));
    }

    private static String stem(String name) {
        return name.replaceFirst("s$", "");
    }

    @Override
    public void given(String table, Name column, SqlNode value, Scope scope) {
        SqlNode plain = plain(value);
        if (plain.kind() == Kind.PARAMETER) {
            parameter(table, column.text(), column.text(), plain, new Scope(null, Map.of()));
        } else if (plain.kind() == Kind.COLUMN && plain.parts().size() > 1) {
            boolean excluded = plain.part(0).text().equals("excluded");
            boolean isColumn = CATALOG.table(table).stream().map(Column::name).anyMatch(plain.name()::equals);
            String from = origin(plain, scope);
            boolean ofTable = from == null || from.startsWith(table + ".") || excluded;
            if (isColumn
                    && ofTable
                    && !plain.name().equals(column.text())
                    && (excluded || !fits(plain.name(), column.text()))) {
                report(
                        plain.at(),
                        "sql-other-value",
                        "The column " + column.text() + " of " + table + " gets " + shown(plain) + ", and " + table
                                + " has a column " + plain.name() + " as well",
                        "Write the value of " + column.text());
            }
        }
    }

    @Override
    public void inserted(String table, List<Name> columns, List<SqlNode> values, Scope scope) {
        for (int i = 0; i < Math.min(columns.size(), values.size()); i++) {
            String column = columns.get(i).text();
            SqlNode value = values.get(i);
            if (value.kind() != Kind.TEXT || !allowed(column).isEmpty()) {
                continue;
            }
            columns.stream()
                    .map(Name::text)
                    .filter(other -> allowed(other).contains(value.text()))
                    .findFirst()
                    .ifPresent(other -> report(
                            value.at(),
                            "sql-other-value",
                            "The column " + column + " of " + table + " gets '" + value.text() + "', which is what "
                                    + other + " can be",
                            "Write the values in the order of the columns"));
        }
        List<String> names = values.stream().map(value -> named(plain(value))).toList();
        changed(columns.stream().map(Name::text).toList(), names)
                .forEach(place -> report(
                        values.get(place).at(),
                        "sql-other-value",
                        "The column " + columns.get(place).text() + " of " + table + " gets " + names.get(place)
                                + ", which is another column of the INSERT",
                        "Write the values in the order of the columns"));
    }

    /** The only texts that a column of that name can be; none when it can be anything. */
    private List<String> allowed(String column) {
        return AppFolders.loading(file.name()).stream()
                .flatMap(app -> Vocabulary.of(app).columns().getOrDefault(column, List.of()).stream())
                .toList();
    }

    /** The places of names that belong to another place, where something else is. */
    private static List<Integer> changed(List<String> columns, List<String> names) {
        return IntStream.range(0, Math.min(columns.size(), names.size()))
                .filter(place -> !fits(names.get(place), columns.get(place)) || columns.contains(names.get(place)))
                .filter(place -> {
                    int own = columns.indexOf(names.get(place));
                    return own >= 0
                            && own != place
                            && own < names.size()
                            && !names.get(own).equals(names.get(place));
                })
                .limit(1)
                .boxed()
                .toList();
    }

    private String named(SqlNode value) {
        return value.kind() == Kind.COLUMN
                ? value.name()
                : value.kind() == Kind.PARAMETER ? asColumn(parameter(value)) : "?";
    }

    @Override
    public void called(Function function, List<SqlNode> arguments) {
        List<String> names = arguments.stream()
                .map(argument -> argument.kind() == Kind.NAMED ? "?" : named(plain(argument)))
                .toList();
        for (int i = 0; i < Math.min(names.size(), function.names().size()); i++) {
            int own = function.names().indexOf(names.get(i));
            if (own >= 0 && own != i) {
                report(
                        arguments.get(i).at(),
                        "sql-other-value",
                        function.name() + " gets " + names.get(i) + " as "
                                + function.names().get(i) + ", and has an argument " + names.get(i),
                        "Write the arguments in their order: " + String.join(", ", function.names()));
                return;
            }
        }
    }

    @Override
    public void combined(List<Typed> columns, List<SqlQuery.Item> items) {
        List<String> names =
                items.stream().map(item -> named(plain(item.value()))).toList();
        changed(columns.stream().map(Typed::name).toList(), names)
                .forEach(place -> report(
                        items.get(place).value().at(),
                        "sql-other-value",
                        names.get(place) + " stands in the column "
                                + columns.get(place).name() + " of the UNION",
                        "Write the columns in the same order"));
    }

    @Override
    public void query(SqlQuery query, Scope scope) {
        query.items.forEach(item -> renamed(item, scope));
        query.returning.forEach(item -> renamed(item, scope));
        query.from.forEach(join -> joined(join, scope));
        if (query.kind == SqlQuery.Kind.SELECT) {
            listed(query, scope);
        } else {
            changed(query, scope);
        }
    }

    /** A column under the name of another one of its table. */
    private void renamed(SqlQuery.Item item, Scope scope) {
        SqlNode value = plain(item.value());
        String from = origin(value, scope);
        if (from == null || item.alias() == null || item.alias().equals(value.name())) {
            return;
        }
        String table = from.replaceFirst("\\..*", "");
        if (CATALOG.table(table).stream().map(Column::name).anyMatch(item.alias()::equals)
                && !fits(value.name(), item.alias())) {
            report(
                    value.at(),
                    "sql-other-value",
                    value.name() + " is returned as " + item.alias() + ", which is another column of " + table,
                    "Write " + item.alias() + ", or give it a name of its own");
        }
    }

    private static List<SqlNode> conditions(SqlNode where) {
        if (where == null) {
            return List.of();
        }
        if (where.kind() != Kind.LOGIC || !where.text().equals("AND")) {
            return List.of(where);
        }
        List<SqlNode> conditions = new ArrayList<>(conditions(where.part(0)));
        conditions.addAll(conditions(where.part(1)));
        return conditions;
    }

    /** Whose columns a condition names, and "?" for a parameter, a query or a time. */
    private static Set<String> named(SqlNode value, Scope scope) {
        Set<String> names = new HashSet<>();
        if (value.kind() == Kind.COLUMN) {
            for (Relation relation : scope.relations) {
                boolean named = value.parts().size() < 2
                        ? relation.column(value.name()) != null && !relation.hidden.contains(value.name())
                        : relation.name.equals(
                                value.part(value.parts().size() - 2).text());
                if (named || relation.open) {
                    names.add(relation.name);
                }
            }
            if (names.isEmpty()) {
                names.add("?");
            }
        }
        boolean further = value.kind() == Kind.PARAMETER
                || value.query() != null
                || value.kind() == Kind.CALL && value.parts().isEmpty();
        if (further) {
            names.add("?");
        }
        value.parts().forEach(part -> names.addAll(named(part, scope)));
        if (value.query() != null) {
            scope.relations.forEach(relation -> names.add(relation.name));
        }
        return names;
    }

    private static boolean ties(SqlNode condition, String relation, Scope scope) {
        Set<String> names = named(condition, scope);
        return names.contains(relation) && names.size() > 1;
    }

    private void joined(SqlQuery.Join join, Scope scope) {
        if (join.source() != null) {
            return;
        }
        joined(join.left(), scope);
        joined(join.right(), scope);
        if (join.on() != null
                && join.on().kind() != Kind.BOOLEAN
                && join.right().source() != null) {
            String name = join.right().source().shown();
            boolean isTied = conditions(join.on()).stream()
                    .anyMatch(condition -> ties(condition, name, scope)
                            && identifies(condition, join.right().source()));
            if (!isTied) {
                report(
                        join.at(),
                        "sql-not-joined",
                        "ON does not say which rows of " + name + " belong to the others, so each is joined with all",
                        "Compare a column of " + name + " with one of the others");
            }
        }
    }

    /** Whether a condition names a column by which a table's rows are known; of anything else, every column may be one. */
    private static boolean identifies(SqlNode condition, SqlQuery.Source source) {
        String table = source.name() == null ? "" : source.name().text();
        if (CATALOG.table(table) == null
                || CATALOG.key(table).isEmpty() && CATALOG.wholeKey(table).isEmpty()) {
            return true;
        }
        boolean isColumn = condition.kind() == Kind.COLUMN
                && (condition.parts().size() < 2 || condition.part(0).text().equals(source.shown()))
                && (!id(table, condition.name()).isEmpty()
                        || CATALOG.unique(table).contains(Set.of(condition.name())));
        return isColumn
                || condition.query() != null
                || condition.parts().stream().anyMatch(part -> identifies(part, source));
    }

    /** Tables with only a comma between them. */
    private void listed(SqlQuery query, Scope scope) {
        List<SqlQuery.Source> tables = query.from.stream()
                .filter(join -> join.source() != null && join.source().name() != null)
                .map(SqlQuery.Join::source)
                .filter(source -> !scope.parts.containsKey(source.name().text()))
                .toList();
        if (query.from.size() < 2) {
            return;
        }
        for (SqlQuery.Source table : tables) {
            if (conditions(query.where).stream().noneMatch(condition -> ties(condition, table.shown(), scope))) {
                report(
                        table.at(),
                        "sql-not-joined",
                        "WHERE does not say which rows of " + table.shown() + " belong to the others",
                        "Compare one of its columns with one of the others");
                return;
            }
        }
    }

    private void changed(SqlQuery query, Scope scope) {
        if (query.where == null || query.where.kind() == Kind.BOOLEAN) {
            return;
        }
        String target = query.alias == null ? query.table.text() : query.alias;
        List<SqlNode> conditions = conditions(query.where);
        for (SqlQuery.Join join : query.from) {
            if (join.source() != null) {
                String name = join.source().shown();
                boolean tied = conditions.stream()
                        .map(condition -> named(condition, scope))
                        .anyMatch(names -> names.contains(name) && names.contains(target));
                boolean byOther = query.from.size() > 1
                        && conditions.stream().anyMatch(condition -> ties(condition, name, scope));
                if (!tied && !byOther) {
                    report(
                            query.table.at(),
                            "sql-not-joined",
                            "WHERE does not say which rows of " + target + " belong to those of " + name
                                    + ", so any row of it is enough for all",
                            "Compare a column of " + target + " with one of " + name);
                    return;
                }
            }
        }
        // A statement that is about nothing in particular may well mean all of a kind.
        boolean isAbout = file.sql().parameters().stream()
                .anyMatch(parameter -> !file.sql().defaults().containsKey(parameter.name()));
        if (isAbout && conditions.stream().noneMatch(condition -> ties(condition, target, scope))) {
            report(
                    query.table.at(),
                    "sql-without-where",
                    "Nothing in WHERE says which rows of " + target
                            + " are meant: no parameter, no time, no other rows",
                    "Compare its key with a parameter");
        }
    }
}
