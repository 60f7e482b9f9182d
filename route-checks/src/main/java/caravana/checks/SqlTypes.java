package caravana.checks;

import caravana.checks.SqlCatalog.Column;
import caravana.checks.SqlCatalog.Function;
import caravana.checks.SqlCatalog.Operator;
import caravana.checks.SqlNode.Kind;
import caravana.checks.SqlQuery.Name;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Infers the types of a statement, like PostgreSQL when it prepares the statement: it finds unknown columns, types that
 * do not fit, and wrong arguments of functions. It throws the first mistake. Undecidable parts are accepted.
 */
final class SqlTypes {

    private static final SqlCatalog CATALOG = SqlCatalog.get();
    private static final String ANY = SqlCatalog.ANY;
    private static final String UNKNOWN = SqlCatalog.UNKNOWN;

    /** What a text in quotes must be like to be a value of a type. */
    private static final Map<String, Pattern> VALUES = Map.ofEntries(
            Map.entry("int2", Pattern.compile("\\s*[-+]?\\d+\\s*")),
            Map.entry("int4", Pattern.compile("\\s*[-+]?\\d+\\s*")),
            Map.entry("int8", Pattern.compile("\\s*[-+]?\\d+\\s*")),
            Map.entry(
                    "numeric",
                    Pattern.compile("(?i)\\s*[-+]?(\\d+\\.?\\d*|\\.\\d+)(e[-+]?\\d+)?\\s*|nan|[-+]?infinity")),
            Map.entry(
                    "float8",
                    Pattern.compile("(?i)\\s*[-+]?(\\d+\\.?\\d*|\\.\\d+)(e[-+]?\\d+)?\\s*|nan|[-+]?infinity")),
            Map.entry(
                    "bool",
                    Pattern.compile("(?i)\\s*(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|0|1)\\s*")),
            Map.entry("uuid", Pattern.compile("(?i)\\{?([0-9a-f]{4}-?){7}[0-9a-f]{4}}?")),
            Map.entry("timestamptz", Pattern.compile("(?i)(now|today|tomorrow|yesterday|epoch|[-+]?infinity)|.*\\d.*")),
            Map.entry("timestamp", Pattern.compile("(?i)(now|today|tomorrow|yesterday|epoch|[-+]?infinity)|.*\\d.*")),
            Map.entry("date", Pattern.compile("(?i)(now|today|tomorrow|yesterday|epoch|[-+]?infinity)|.*\\d.*")),
            Map.entry(
                    "interval",
                    Pattern.compile(
                            "(?i)@?(\\s*[-+]?\\d*\\.?\\d+\\s*(us|usec\\w*|microsec\\w*|ms|msec\\w*|millisec\\w*|s|secs?|seconds?|m|mins?|minutes?"
                                    + "|h|hrs?|hours?|d|days?|w|weeks?|mons?|months?|y|yrs?|years?|dec\\w*|c|cent\\w*|mil\\w*)?|\\s*\\d+:\\d+(:\\d+(\\.\\d+)?)?|\\s*ago)+\\s*"
                                    + "|p.*|[-+]?infinity")),
            Map.entry("jsonb", Pattern.compile("(?s)\\s*([\\[{\"].*[\\]}\"]|[-\\d.eE+]+|true|false|null)\\s*")),
            Map.entry("json", Pattern.compile("(?s)\\s*([\\[{\"].*[\\]}\"]|[-\\d.eE+]+|true|false|null)\\s*")));

    private static final Set<String> FIELDS = Set.of(
            ("century day decade dow doy epoch hour isodow isoyear julian microseconds millennium milliseconds minute month quarter"
                            + " second timezone timezone_hour timezone_minute week year")
                    .split(" "));

    /** A column, and whose it is: {@code videos.id}, or null when no table's. */
    record Typed(String name, String type, String origin) {}

    /** A source of rows. */
    static final class Relation {
        final String name;
        final String rowType;
        final List<Typed> columns;
        /** Those that a join with USING shows once. */
        final Set<String> hidden = new HashSet<>();
        /** Whether nothing is known of its columns. */
        final boolean open;

        Relation(String name, String rowType, List<Typed> columns, boolean open) {
            this.name = name;
            this.rowType = rowType;
            this.columns = columns;
            this.open = open;
        }

        Typed column(String column) {
            return columns.stream()
                    .filter(typed -> typed.name().equals(column))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** Where a name is resolved. */
    static final class Scope {
        final List<Relation> relations = new ArrayList<>();
        final Scope outer;
        final Map<String, Relation> parts;
        boolean grouped;

        Scope(Scope outer, Map<String, Relation> parts) {
            this.outer = outer;
            this.parts = parts;
        }

        Scope inner() {
            return new Scope(this, parts);
        }
    }

    /** What the rules of a file want to know of the places where values meet. */
    interface Meeting {

        /** A column or a parameter beside another one: compared, or one of them a value instead of the other. */
        default void beside(SqlNode one, SqlNode other, Scope scope) {}

        /** A column that is given a value; the scope has the columns that the value may name. */
        default void given(String table, Name column, SqlNode value, Scope scope) {}

        /** The values for the columns of an INSERT, in their order. */
        default void inserted(String table, List<Name> columns, List<SqlNode> values, Scope scope) {}

        /** The columns of a UNION's first part, and what another part has for them. */
        default void combined(List<Typed> columns, List<SqlQuery.Item> items) {}

        /** What a function is called with. */
        default void called(Function function, List<SqlNode> arguments) {}

        /** A SELECT, UPDATE or DELETE, with what it can name. */
        default void query(SqlQuery query, Scope scope) {}
    }

    private final Meeting meeting;
    private final Map<SqlNode, String> parameters = new LinkedHashMap<>();

    private SqlTypes(Meeting meeting) {
        this.meeting = meeting;
    }

    /**
     * The type that each parameter is taken for, of those that no CAST says.
     *
     * @throws SqlMistake when PostgreSQL would refuse the statement
     */
    static Map<SqlNode, String> check(SqlQuery statement, Meeting meeting) {
        SqlTypes types = new SqlTypes(meeting);
        types.query(statement, new Scope(null, new HashMap<>()));
        return types.parameters;
    }

    private List<Typed> query(SqlQuery query, Scope around) {
        Scope outer = around;
        if (!query.with.isEmpty()) {
            outer = new Scope(around.outer, new HashMap<>(around.parts));
            outer.relations.addAll(around.relations);
            for (SqlQuery.Part part : query.with) {
                if (query.recursive && part.query().kind == SqlQuery.Kind.COMBINED) {
                    Scope first = outer;
                    List<Typed> base = query(part.query().left, first.inner());
                    outer.parts.put(part.name().text(), relation(part, base));
                }
                List<Typed> columns = query(part.query(), outer.inner());
                boolean returnsNothing =
                        part.query().kind.compareTo(SqlQuery.Kind.INSERT) >= 0 && !part.query().returns;
                outer.parts.put(
                        part.name().text(),
                        returnsNothing
                                ? new Relation(part.name().text(), "nothing", List.of(), false)
                                : relation(part, columns));
            }
        }
        return switch (query.kind) {
            case SELECT -> select(query, outer);
            case VALUES -> values(query, outer);
            case COMBINED -> combined(query, outer);
            case INSERT -> insert(query, outer);
            case UPDATE, DELETE -> change(query, outer);
        };
    }

    private static Relation relation(SqlQuery.Part part, List<Typed> columns) {
        List<Typed> named = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            Typed column = columns.get(i);
            String name = i < part.columns().size() ? part.columns().get(i) : column.name();
            // What nothing says more of is a text.
            named.add(new Typed(name, column.type().equals(UNKNOWN) ? "text" : column.type(), column.origin()));
        }
        return new Relation(part.name().text(), "record", named, false);
    }

    private List<Typed> select(SqlQuery query, Scope outer) {
        Scope scope = outer.inner();
        query.from.forEach(join -> join(join, scope, outer));
        if (query.where != null) {
            noAggregate(query.where, "WHERE");
            condition(query.where, scope, "WHERE");
        }
        List<Typed> columns = items(query.items, scope);
        query.group.forEach(group -> {
            if (group.kind() != Kind.NUMBER && !(isAlias(group, query) && !isColumn(group, scope))) {
                type(group, scope);
            }
        });
        query.distinctOn.forEach(value -> type(value, scope));
        if (query.having != null) {
            condition(query.having, scope, "HAVING");
        }
        ordered(query, scope);
        limits(query, scope);
        grouped(query, scope);
        distinctOn(query);
        locks(query, scope);
        meeting.query(query, scope);
        return columns;
    }

    private void ordered(SqlQuery query, Scope scope) {
        for (SqlNode order : query.order) {
            if (order.kind() != Kind.NUMBER && !isAlias(order, query)) {
                type(order, scope);
            }
        }
    }

    private static boolean isAlias(SqlNode value, SqlQuery query) {
        return value.kind() == Kind.COLUMN
                && value.parts().size() == 1
                && query.items.stream().anyMatch(item -> value.name().equals(named(item)));
    }

    private boolean isColumn(SqlNode value, Scope scope) {
        return scope.relations.stream().anyMatch(relation -> relation.column(value.name()) != null);
    }

    private static void distinctOn(SqlQuery query) {
        for (int i = 0; i < Math.min(query.distinctOn.size(), query.order.size()); i++) {
            SqlNode order = query.order.get(i);
            if (query.distinctOn.stream().noneMatch(order::saysTheSame)) {
                throw new SqlMistake(
                        order.at(),
                        "ORDER BY begins with another value than DISTINCT ON",
                        "Sort by what DISTINCT ON names first");
            }
        }
    }

    private static void locks(SqlQuery query, Scope scope) {
        for (Name name : query.locked) {
            if (scope.relations.stream().noneMatch(relation -> relation.name.equals(name.text()))) {
                throw new SqlMistake(
                        name.at(),
                        "FROM has no " + name.text() + ", whose rows FOR UPDATE OF would lock",
                        "Write a name that FROM gives" + Nearest.to(name.text(), names(scope)));
            }
        }
        if (query.locks
                && (query.distinct
                        || !query.group.isEmpty()
                        || query.having != null
                        || query.items.stream().anyMatch(item -> aggregate(item.value()) != null))) {
            throw new SqlMistake(
                    query.at,
                    "FOR UPDATE cannot lock rows that are counted, grouped or DISTINCT",
                    "Lock them in a query within this one");
        }
    }

    private void limits(SqlQuery query, Scope scope) {
        for (SqlNode limit : new SqlNode[] {query.limit, query.offset}) {
            if (limit != null) {
                noAggregate(limit, "LIMIT");
                if (limit.kind() == Kind.COLUMN) {
                    throw new SqlMistake(
                            limit.at(), "LIMIT and OFFSET cannot depend on a row", "Write a number, or a parameter");
                }
                String type = coerced(limit, "int8", scope);
                if (!CATALOG.isAssigned(type, "int8")) {
                    throw new SqlMistake(
                            limit.at(),
                            "LIMIT and OFFSET take a number, and no " + CATALOG.shown(type),
                            "Write a number");
                }
            }
        }
    }

    private List<Typed> items(List<SqlQuery.Item> items, Scope scope) {
        List<Typed> columns = new ArrayList<>();
        for (SqlQuery.Item item : items) {
            SqlNode value = item.value();
            if (value.kind() == Kind.STAR) {
                boolean found = false;
                for (Relation relation : scope.relations) {
                    if (value.text().isEmpty() || relation.name.equals(value.text())) {
                        found = true;
                        relation.columns.stream()
                                .filter(column -> !value.text().isEmpty() || !relation.hidden.contains(column.name()))
                                .forEach(columns::add);
                        if (relation.open) {
                            columns.add(new Typed("?", ANY, null));
                        }
                    }
                }
                if (!found && !value.text().isEmpty()) {
                    throw unknownRelation(value.text(), value.at(), scope);
                }
            } else {
                columns.add(new Typed(named(item), type(value, scope), origin(value, scope)));
            }
        }
        return columns;
    }

    /** The name that a column of the result has. */
    private static String named(SqlQuery.Item item) {
        if (item.alias() != null) {
            return item.alias();
        }
        SqlNode value = item.value();
        while (value.kind() == Kind.CAST) {
            if (value.part(0).kind() == Kind.TEXT || value.part(0).kind() == Kind.PARAMETER) {
                return value.text();
            }
            value = value.part(0);
        }
        return switch (value.kind()) {
            case COLUMN -> value.name();
            case CALL, COMMON -> value.text();
            case FIELD -> value.text();
            case EXTRACT -> "extract";
            case CASE -> "case";
            case EXISTS -> "exists";
            case ARRAY -> "array";
            default -> "?column?";
        };
    }

    private List<Typed> values(SqlQuery query, Scope outer) {
        List<Typed> columns = new ArrayList<>();
        for (List<SqlNode> row : query.rows) {
            if (!columns.isEmpty() && row.size() != columns.size()) {
                throw new SqlMistake(
                        row.get(0).at(),
                        "VALUES has rows of " + columns.size() + " and of " + row.size() + " values",
                        "Write as many in each");
            }
            for (int i = 0; i < row.size(); i++) {
                String type = type(row.get(i), outer);
                if (i < columns.size()) {
                    type = common(columns.get(i).type(), type, row.get(i), "VALUES");
                    columns.set(i, new Typed("column" + (i + 1), type, null));
                } else {
                    columns.add(new Typed("column" + (i + 1), type, null));
                }
            }
        }
        limits(query, outer);
        return columns;
    }

    private List<Typed> combined(SqlQuery query, Scope outer) {
        List<Typed> left = query(query.left, outer);
        List<Typed> right = query(query.right, outer);
        if (left.stream().noneMatch(column -> column.name().equals("?"))
                && right.stream().noneMatch(column -> column.name().equals("?"))) {
            if (left.size() != right.size()) {
                throw new SqlMistake(
                        query.right.at,
                        "This part of the UNION has " + right.size() + " columns, and the one before has "
                                + left.size(),
                        "Write as many, in the same order");
            }
            if (query.right.items.stream().noneMatch(item -> item.value().kind() == Kind.STAR)) {
                meeting.combined(left, query.right.items);
            }
            for (int i = 0; i < left.size(); i++) {
                SqlNode value = i < query.right.items.size()
                                && query.right.items.stream()
                                        .noneMatch(item -> item.value().kind() == Kind.STAR)
                        ? query.right.items.get(i).value()
                        : null;
                String type = CATALOG.common(left.get(i).type(), right.get(i).type());
                if (type == null) {
                    throw new SqlMistake(
                            value == null ? query.right.at : value.at(),
                            "The column " + left.get(i).name() + " of the UNION is "
                                    + CATALOG.shown(left.get(i).type()) + " in one part, and "
                                    + CATALOG.shown(right.get(i).type()) + " in this one",
                            "Write the columns in the same order, or CAST one of them");
                }
                if (value != null && value.kind() == Kind.TEXT) {
                    literal(value, type);
                }
                left.set(
                        i,
                        new Typed(
                                left.get(i).name(),
                                type.equals(UNKNOWN) ? "text" : type,
                                left.get(i).origin()));
            }
        }
        for (SqlNode order : query.order) {
            if (order.kind() == Kind.COLUMN && order.parts().size() == 1) {
                if (left.stream()
                        .noneMatch(column -> column.name().equals(order.name())
                                || column.name().equals("?"))) {
                    throw new SqlMistake(
                            order.at(),
                            "ORDER BY behind a UNION takes the names of its columns, and " + order.name() + " is none",
                            "Write one of them"
                                    + Nearest.to(
                                            order.name(),
                                            left.stream().map(Typed::name).toList()));
                }
            }
        }
        limits(query, outer);
        return left;
    }

    private Relation target(SqlQuery query) {
        return table(query.table, query.alias == null ? query.table.text() : query.alias);
    }

    private static Relation table(Name table, String alias) {
        List<Column> columns = CATALOG.table(table.text());
        if (columns == null) {
            throw new SqlMistake(
                    table.at(),
                    "There is no table " + table.text(),
                    "Write one that exists" + Nearest.to(table.text(), CATALOG.tables()));
        }
        return new Relation(
                alias,
                table.text(),
                columns.stream()
                        .map(column -> new Typed(column.name(), column.type(), table.text() + "." + column.name()))
                        .toList(),
                false);
    }

    private static Column column(String table, Name name) {
        return CATALOG.table(table).stream()
                .filter(column -> column.name().equals(name.text()))
                .findFirst()
                .orElseThrow(() -> new SqlMistake(
                        name.at(),
                        "The table " + table + " has no column " + name.text(),
                        "Write one that it has"
                                + Nearest.orOneOf(
                                        name.text(),
                                        CATALOG.table(table).stream()
                                                .map(Column::name)
                                                .toList())));
    }

    private List<Typed> insert(SqlQuery query, Scope outer) {
        Relation target = target(query);
        String table = query.table.text();
        List<Column> columns = new ArrayList<>();
        Set<String> once = new HashSet<>();
        for (Name name : query.columns) {
            columns.add(column(table, name));
            if (!once.add(name.text())) {
                throw new SqlMistake(
                        name.at(), "The INSERT names the column " + name.text() + " twice", "Delete one of them");
            }
        }
        if (query.columns.isEmpty()) {
            columns.addAll(CATALOG.table(table));
        }
        if (query.source != null) {
            filled(query, table, columns, outer);
        }
        if (!query.columns.isEmpty() && query.source != null) {
            CATALOG.table(table).stream()
                    .filter(column -> column.demand() == 'r' && !once.contains(column.name()))
                    .findFirst()
                    .ifPresent(column -> {
                        throw new SqlMistake(
                                query.columns.get(0).at(),
                                "A row of " + table + " must have a value in " + column.name()
                                        + ", and the INSERT gives none",
                                "Name the column, and write a value for it");
                    });
        }
        Scope scope = new Scope(null, outer.parts);
        scope.relations.add(target);
        if (query.onConflict) {
            conflict(query, table, scope);
        }
        List<Typed> returned = items(query.returning, scope);
        query.returning.forEach(item -> noAggregate(item.value(), "RETURNING"));
        return returned;
    }

    private void filled(SqlQuery query, String table, List<Column> columns, Scope outer) {
        SqlQuery source = query.source;
        List<List<SqlNode>> rows = new ArrayList<>();
        Scope scope = outer.inner();
        if (source.kind == SqlQuery.Kind.VALUES) {
            rows.addAll(source.rows);
            counted(query, table, columns.size(), source.rows.get(0).size(), source.at);
            for (List<SqlNode> row : rows) {
                for (int i = 0; i < row.size(); i++) {
                    noAggregate(row.get(i), "VALUES");
                    assigned(row.get(i), columns.get(i), table, scope);
                }
            }
        } else {
            List<Typed> given = query(source, outer);
            if (given.stream().anyMatch(column -> column.name().equals("?"))) {
                return;
            }
            counted(query, table, columns.size(), given.size(), source.at);
            boolean plain = source.kind == SqlQuery.Kind.SELECT
                    && source.items.stream().noneMatch(item -> item.value().kind() == Kind.STAR);
            for (int i = 0; i < given.size(); i++) {
                SqlNode value = plain ? source.items.get(i).value() : null;
                assigned(given.get(i).type(), value, value == null ? source.at : value.at(), columns.get(i), table);
            }
            if (plain) {
                rows.add(source.items.stream().map(SqlQuery.Item::value).toList());
                source.from.forEach(join -> join(join, scope, outer));
            }
        }
        if (!query.columns.isEmpty()) {
            rows.forEach(row -> {
                for (int i = 0; i < row.size(); i++) {
                    meeting.given(table, query.columns.get(i), row.get(i), scope);
                }
                meeting.inserted(table, query.columns, row, scope);
            });
        }
    }

    private static void counted(SqlQuery query, String table, int columns, int values, int at) {
        if (query.columns.isEmpty() ? values > columns : values != columns) {
            throw new SqlMistake(
                    at,
                    "The INSERT into " + table + " names " + columns + " columns and has " + values
                            + (values == 1 ? " value" : " values"),
                    "Write a value for each column, in their order");
        }
    }

    private void conflict(SqlQuery query, String table, Scope scope) {
        query.conflict.forEach(value -> type(value, scope));
        if (!query.conflict.isEmpty() && query.conflict.stream().allMatch(value -> value.kind() == Kind.COLUMN)) {
            Set<String> named =
                    new TreeSet<>(query.conflict.stream().map(SqlNode::name).toList());
            if (CATALOG.unique(table).stream().noneMatch(named::equals)) {
                throw new SqlMistake(
                        query.conflict.get(0).at(),
                        "No index of " + table + " makes " + String.join(", ", named)
                                + " unique, so ON CONFLICT cannot go by it",
                        "Name the columns of a unique index: "
                                + String.join(
                                        " or ",
                                        CATALOG.unique(table).stream()
                                                .map(set -> "(" + String.join(", ", new TreeSet<>(set)) + ")")
                                                .toList()));
            }
            if (query.conflictWhere == null && CATALOG.isPartial(table, named)) {
                throw new SqlMistake(
                        query.conflict.get(0).at(),
                        "The unique index of " + table + " on " + String.join(", ", named)
                                + " has a condition, and ON CONFLICT names none",
                        "Write the index's WHERE behind the columns");
            }
        }
        if (query.conflictWhere != null) {
            condition(query.conflictWhere, scope, "WHERE");
        }
        Relation excluded = table(query.table, "excluded");
        Scope inner = new Scope(null, scope.parts);
        inner.relations.addAll(scope.relations);
        // Both have all names, and a name alone is the row's that is there.
        Relation hidden = new Relation("excluded", excluded.rowType, excluded.columns, false);
        excluded.columns.forEach(column -> hidden.hidden.add(column.name()));
        inner.relations.add(hidden);
        set(query, table, inner);
        if (query.where != null) {
            condition(query.where, inner, "WHERE");
        }
    }

    private void set(SqlQuery query, String table, Scope scope) {
        Set<String> once = new HashSet<>();
        for (SqlQuery.Assignment assignment : query.set) {
            List<Column> columns = assignment.columns().stream()
                    .map(name -> column(table, name))
                    .toList();
            for (Name name : assignment.columns()) {
                if (!once.add(name.text())) {
                    throw new SqlMistake(
                            name.at(), "SET gives the column " + name.text() + " a value twice", "Delete one of them");
                }
            }
            noAggregate(assignment.value(), "SET");
            if (columns.size() == 1) {
                assigned(assignment.value(), columns.get(0), table, scope);
                meeting.given(table, assignment.columns().get(0), assignment.value(), scope);
            } else if (assignment.value().kind() == Kind.ROW) {
                if (assignment.value().parts().size() != columns.size()) {
                    throw new SqlMistake(
                            assignment.value().at(),
                            "SET names " + columns.size() + " columns here and has another number of values",
                            "Write a value for each");
                }
                for (int i = 0; i < columns.size(); i++) {
                    assigned(assignment.value().part(i), columns.get(i), table, scope);
                }
            } else {
                type(assignment.value(), scope);
            }
        }
    }

    private void assigned(SqlNode value, Column column, String table, Scope scope) {
        assigned(coerced(value, column.type(), scope), value, value.at(), column, table);
    }

    private void assigned(String type, SqlNode value, int at, Column column, String table) {
        if (value != null && value.text().equals("default") && value.kind() == Kind.NULL) {
            return;
        }
        if (column.demand() == 'g') {
            throw new SqlMistake(
                    at,
                    "The database makes " + column.name() + " of " + table + " itself, and takes no value for it",
                    "Delete the column");
        }
        if (value != null && (value.kind() == Kind.TEXT || value.kind() == Kind.PARAMETER)) {
            coerce(value, column.type());
        }
        boolean isText = CATALOG.isText(column.type()) && !CATALOG.becomes(type, column.type());
        // PostgreSQL writes what it is as text; nobody means that who does not say so.
        if (!CATALOG.isAssigned(type, column.type()) || isText) {
            throw new SqlMistake(
                    at,
                    "The column " + column.name() + " of " + table + " is " + CATALOG.shown(column.type())
                            + ", and this is " + CATALOG.shown(type),
                    "Write a value of that type, or CAST it");
        }
    }

    private List<Typed> change(SqlQuery query, Scope outer) {
        Relation target = target(query);
        Scope scope = new Scope(outer.outer, outer.parts);
        scope.relations.add(target);
        Scope inner = scope;
        query.from.forEach(join -> join(join, inner, outer));
        set(query, query.table.text(), scope);
        if (query.where != null) {
            noAggregate(query.where, "WHERE");
            condition(query.where, scope, "WHERE");
        }
        meeting.query(query, scope);
        query.returning.forEach(item -> noAggregate(item.value(), "RETURNING"));
        return items(query.returning, scope);
    }

    private void join(SqlQuery.Join join, Scope scope, Scope outer) {
        if (join.source() != null) {
            Relation relation = source(join.source(), scope, outer);
            if (!relation.name.isEmpty()
                    && scope.relations.stream().anyMatch(other -> other.name.equals(relation.name))) {
                throw new SqlMistake(
                        join.at(),
                        "FROM has two sources with the name " + relation.name,
                        "Give one of them another name by AS");
            }
            scope.relations.add(relation);
            return;
        }
        int before = scope.relations.size();
        join(join.left(), scope, outer);
        int between = scope.relations.size();
        join(join.right(), scope, outer);
        List<Relation> left = scope.relations.subList(before, between);
        List<Relation> right = scope.relations.subList(between, scope.relations.size());
        for (Name name : join.using()) {
            Typed one = first(left, name.text());
            Typed other = first(right, name.text());
            if (one == null || other == null) {
                throw new SqlMistake(
                        name.at(),
                        "USING takes a column that both sides have, and one has no " + name.text(),
                        "Write ON and which columns are equal");
            }
            equal(one.type(), other.type(), name.at());
            right.forEach(relation -> relation.hidden.add(name.text()));
        }
        if (join.on() != null) {
            noAggregate(join.on(), "ON");
            Scope both = new Scope(scope.outer, scope.parts);
            both.relations.addAll(scope.relations.subList(before, scope.relations.size()));
            if (scope.outer != null) {
                condition(join.on(), both, "ON");
            } else {
                condition(join.on(), scope, "ON");
            }
        }
    }

    private static Typed first(List<Relation> relations, String column) {
        return relations.stream()
                .map(relation -> relation.column(column))
                .filter(typed -> typed != null)
                .findFirst()
                .orElse(null);
    }

    private Relation source(SqlQuery.Source source, Scope scope, Scope outer) {
        String alias = source.alias();
        if (source.name() != null) {
            Relation part = scope.parts.get(source.name().text());
            String name = alias == null ? source.name().text() : alias;
            if (part != null) {
                if (part.rowType.equals("nothing")) {
                    throw new SqlMistake(
                            source.at(),
                            "The part " + source.name().text() + " returns no rows",
                            "Add RETURNING and its columns to that part");
                }
                return renamed(new Relation(name, part.rowType, part.columns, part.open), source);
            }
            if (CATALOG.table(source.name().text()) == null) {
                Set<String> known = new TreeSet<>(CATALOG.tables());
                known.addAll(scope.parts.keySet());
                throw new SqlMistake(
                        source.at(),
                        "Neither the schema nor the statement has a table "
                                + source.name().text(),
                        "Write one that exists" + Nearest.to(source.name().text(), known));
            }
            return renamed(table(source.name(), name), source);
        }
        if (source.query() != null) {
            List<Typed> columns =
                    query(source.query(), source.lateral() ? scope.inner() : new Scope(outer, outer.parts));
            List<Typed> named = columns.stream()
                    .map(column ->
                            column.type().equals(UNKNOWN) ? new Typed(column.name(), "text", column.origin()) : column)
                    .toList();
            return renamed(
                    new Relation(
                            alias == null ? "" : alias,
                            "record",
                            named,
                            columns.stream().anyMatch(column -> column.name().equals("?"))),
                    source);
        }
        return renamed(function(source, scope), source);
    }

    private Relation function(SqlQuery.Source source, Scope scope) {
        SqlNode call = source.calls().get(0);
        // It alone takes several arrays, and only here.
        String type = call.text().equals("unnest") && call.parts().size() > 1 ? ANY : type(call, scope);
        String name = source.alias() == null ? call.text() : source.alias();
        List<SqlNode> arguments = call.parts();
        if (call.text().equals("unnest")) {
            List<Typed> columns = new ArrayList<>();
            for (SqlNode argument : arguments) {
                String element = CATALOG.element(type(argument, scope));
                columns.add(new Typed(arguments.size() == 1 ? name : "unnest", element == null ? ANY : element, null));
            }
            return new Relation(name, columns.get(0).type(), columns, false);
        }
        if (source.columns().stream().anyMatch(column -> column.type() != null)) {
            List<Typed> defined = source.columns().stream()
                    .map(column -> new Typed(column.name(), column.type() == null ? ANY : column.type(), null))
                    .toList();
            return new Relation(name, "record", defined, false);
        }
        List<Function> known = CATALOG.functions(call.text());
        Function function = known.size() == 1 ? known.get(0) : null;
        if (function != null && !function.columns().isEmpty()) {
            return new Relation(
                    name,
                    function.columns().size() == 1 ? type : "record",
                    function.columns().stream()
                            .map(column -> new Typed(column.name(), column.type(), null))
                            .toList(),
                    false);
        }
        if (CATALOG.table(type) != null) {
            return table(new Name(type, source.at()), name);
        }
        if (type.equals(ANY) || type.equals("record") || type.startsWith("any")) {
            if (function != null && type.equals("record")) {
                throw new SqlMistake(
                        source.at(),
                        call.text() + " returns rows of which nothing says the columns",
                        "Write AS name (column type, …) behind it");
            }
            return new Relation(name, ANY, List.of(), true);
        }
        // A value is a column by the name of its source.
        return new Relation(name, type, List.of(new Typed(name, type, null)), false);
    }

    private static Relation renamed(Relation relation, SqlQuery.Source source) {
        List<Typed> columns = new ArrayList<>(relation.columns);
        boolean defines = source.columns().stream().anyMatch(column -> column.type() != null);
        if (!defines && !relation.open) {
            for (int i = 0; i < source.columns().size(); i++) {
                if (i >= columns.size() + (source.numbered() ? 1 : 0)) {
                    throw new SqlMistake(
                            source.at(),
                            source.shown() + " has " + columns.size() + " columns, and "
                                    + source.columns().size() + " names",
                            "Delete the surplus names");
                }
                if (i < columns.size()) {
                    columns.set(
                            i,
                            new Typed(
                                    source.columns().get(i).name(),
                                    columns.get(i).type(),
                                    columns.get(i).origin()));
                }
            }
        }
        if (source.numbered()) {
            String name = source.columns().size() > relation.columns.size()
                    ? source.columns().get(relation.columns.size()).name()
                    : "ordinality";
            columns.add(new Typed(name, "int8", null));
        }
        return new Relation(relation.name, relation.rowType, columns, relation.open);
    }

    private void condition(SqlNode value, Scope scope, String clause) {
        String type = coerced(value, "bool", scope);
        if (!CATALOG.becomes(type, "bool")) {
            throw new SqlMistake(
                    value.at(),
                    clause + " takes a condition, and this is " + CATALOG.shown(type),
                    "Compare it with something");
        }
    }

    /** The type of a value in a place where one is wanted. */
    private String coerced(SqlNode value, String wanted, Scope scope) {
        String type = type(value, scope);
        if (type.equals(UNKNOWN)) {
            coerce(value, wanted);
            return value.kind() == Kind.TEXT || value.kind() == Kind.PARAMETER ? wanted : type;
        }
        return type;
    }

    /** What the place of a text or a parameter makes of it. */
    private void coerce(SqlNode value, String type) {
        if (value.kind() == Kind.TEXT) {
            literal(value, type);
        } else if (value.kind() == Kind.PARAMETER
                && !type.equals(UNKNOWN)
                && !type.equals(ANY)
                && !type.startsWith("any")) {
            parameters.putIfAbsent(value, type);
        } else if (value.kind() == Kind.CASE || value.kind() == Kind.COMMON) {
            for (int i = 0; i < value.parts().size(); i++) {
                if (value.kind() == Kind.COMMON || isResult(value, i)) {
                    coerce(value.part(i), type);
                }
            }
        }
    }

    private static void literal(SqlNode value, String type) {
        Pattern pattern = VALUES.get(type);
        boolean noArray = CATALOG.element(type) != null && !value.text().strip().startsWith("{");
        if (pattern != null && !pattern.matcher(value.text()).matches() || noArray) {
            throw new SqlMistake(
                    value.at(),
                    "'" + value.text() + "' is no " + CATALOG.shown(type) + ", which stands here",
                    "Write a value of that type");
        }
    }

    private String common(String one, String other, SqlNode value, String where) {
        String type = CATALOG.common(one, other);
        if (type == null) {
            throw new SqlMistake(
                    value.at(),
                    where + " has values of " + CATALOG.shown(one) + " and of " + CATALOG.shown(other),
                    "Write values of one type, or CAST one of them");
        }
        return type;
    }

    private static boolean isResult(SqlNode cases, int place) {
        int first = cases.text().isEmpty() ? 0 : 1;
        boolean isElse = (cases.parts().size() - first) % 2 == 1
                && place == cases.parts().size() - 1;
        return isElse || place >= first && (place - first) % 2 == 1;
    }

    private String type(SqlNode value, Scope scope) {
        return switch (value.kind()) {
            case COLUMN -> column(value, scope).type();
            case STAR, AGGREGATED, WINDOW, NAME -> ANY;
            case TEXT, PARAMETER, NULL -> UNKNOWN;
            case NUMBER ->
                value.text().matches("\\d+")
                        ? value.text().length() < 10 ? "int4" : value.text().length() < 19 ? "int8" : "numeric"
                        : "numeric";
            case BOOLEAN -> "bool";
            case OPERATOR -> operator(value, scope);
            case LOGIC -> {
                value.parts().forEach(part -> condition(part, scope, value.text()));
                yield "bool";
            }
            case TEST -> {
                if (value.text().equals("TRUE")) {
                    condition(value.part(0), scope, "IS");
                } else {
                    type(value.part(0), scope);
                }
                yield "bool";
            }
            case ANY -> any(value, scope);
            case IN -> in(value, scope);
            case CALL -> call(value, scope);
            case NAMED -> type(value.part(0), scope);
            case CAST -> cast(value, scope);
            case CASE -> cases(value, scope);
            case COMMON -> commonOf(value, scope);
            case EXTRACT -> extract(value, scope);
            case ROW -> {
                value.parts().forEach(part -> type(part, scope));
                yield "record";
            }
            case ARRAY -> array(value, scope);
            case SUBQUERY -> {
                List<Typed> columns = query(value.query(), scope);
                if (columns.size() != 1
                        && columns.stream().noneMatch(column -> column.name().equals("?"))) {
                    throw new SqlMistake(
                            value.at(),
                            "A query in place of a value returns one column, and this one " + columns.size(),
                            "Leave one column");
                }
                yield columns.isEmpty()
                        ? ANY
                        : columns.get(0).type().equals(UNKNOWN)
                                ? "text"
                                : columns.get(0).type();
            }
            case EXISTS -> {
                query(value.query(), scope);
                yield "bool";
            }
            case ELEMENT -> {
                String type = type(value.part(0), scope);
                type(value.part(1), scope);
                String element = CATALOG.element(type);
                if (element == null && !type.equals(ANY) && !type.equals("jsonb")) {
                    throw new SqlMistake(
                            value.at(),
                            "Only an array has elements, and this is " + CATALOG.shown(type),
                            "Write a value alone");
                }
                yield element == null ? type : element;
            }
            case FIELD -> {
                type(value.part(0), scope);
                yield ANY;
            }
        };
    }

    private String extract(SqlNode value, Scope scope) {
        String type = type(value.part(0), scope);
        if (!type.equals(ANY) && !type.equals(UNKNOWN) && !CATALOG.isTime(type)) {
            throw new SqlMistake(
                    value.at(),
                    "extract takes a time or an interval, and this is " + CATALOG.shown(type),
                    "Write a time");
        }
        if (!FIELDS.contains(value.text())) {
            throw new SqlMistake(
                    value.at(),
                    "A time has no " + value.text(),
                    "Write a part of a time" + Nearest.orOneOf(value.text(), FIELDS));
        }
        return "numeric";
    }

    private String array(SqlNode value, Scope scope) {
        if (value.query() != null) {
            List<Typed> columns = query(value.query(), scope);
            return columns.size() == 1 && CATALOG.typeNamed("_" + columns.get(0).type()) != null
                    ? "_" + columns.get(0).type()
                    : ANY;
        }
        String type = UNKNOWN;
        for (SqlNode part : value.parts()) {
            type = common(type, type(part, scope), part, "The array");
        }
        String array = "_" + (type.equals(UNKNOWN) ? "text" : type);
        return type.equals(ANY) || CATALOG.typeNamed(array) == null ? ANY : array;
    }

    private String cases(SqlNode value, Scope scope) {
        String compared = value.text().isEmpty() ? null : type(value.part(0), scope);
        String type = UNKNOWN;
        for (int i = compared == null ? 0 : 1; i < value.parts().size(); i++) {
            SqlNode part = value.part(i);
            if (isResult(value, i)) {
                type = common(type, type(part, scope), part, "CASE");
            } else if (compared == null) {
                condition(part, scope, "WHEN");
            } else {
                equal(value.part(0), part, scope, part.at());
            }
        }
        for (int i = 0; i < value.parts().size(); i++) {
            if (isResult(value, i)) {
                coerce(value.part(i), type);
            }
        }
        return type;
    }

    private String commonOf(SqlNode value, Scope scope) {
        String type = UNKNOWN;
        for (SqlNode part : value.parts()) {
            type = common(type, type(part, scope), part, value.text());
        }
        for (SqlNode part : value.parts()) {
            coerce(part, type);
        }
        for (int i = 1; i < value.parts().size(); i++) {
            meeting.beside(value.part(0), value.part(i), scope);
        }
        return value.text().equals("nullif") ? type(value.part(0), scope) : type;
    }

    private String cast(SqlNode value, Scope scope) {
        String type = type(value.part(0), scope);
        if (type.equals(UNKNOWN)) {
            if (value.part(0).kind() == Kind.TEXT) {
                literal(value.part(0), value.text());
            }
        } else if (!CATALOG.isCast(type, value.text())) {
            throw new SqlMistake(
                    value.at(),
                    "PostgreSQL makes no " + CATALOG.shown(value.text()) + " of " + CATALOG.shown(type),
                    "Write a value that it can be made of");
        }
        return value.text();
    }

    private String operator(SqlNode value, Scope scope) {
        if (value.parts().size() == 1) {
            String type = type(value.part(0), scope);
            return result(value, "-", type, value.at());
        }
        SqlNode left = value.part(0);
        SqlNode right = value.part(1);
        if (left.kind() == Kind.ROW && right.kind() == Kind.ROW) {
            if (left.parts().size() != right.parts().size()) {
                throw new SqlMistake(
                        value.at(),
                        "Rows of " + left.parts().size() + " and of "
                                + right.parts().size() + " values are compared",
                        "Write as many on both sides");
            }
            for (int i = 0; i < left.parts().size(); i++) {
                compared(value.text(), left.part(i), right.part(i), scope, value.at());
            }
            return "bool";
        }
        return compared(value.text(), left, right, scope, value.at());
    }

    private String compared(String operator, SqlNode left, SqlNode right, Scope scope, int at) {
        String one = type(left, scope);
        String other = type(right, scope);
        if (one.equals("record") || other.equals("record") || one.equals(ANY) || other.equals(ANY)) {
            return Set.of("=", "<>", "<", ">", "<=", ">=").contains(operator) ? "bool" : ANY;
        }
        String result = result(SqlNode.of(Kind.OPERATOR, at, operator, left, right), one, other, at);
        if (Set.of("=", "<>", "<", ">", "<=", ">=").contains(operator)) {
            meeting.beside(left, right, scope);
        }
        return result;
    }

    private String result(SqlNode value, String left, String right, int at) {
        if (left.equals(ANY) || right.equals(ANY)) {
            return ANY;
        }
        String operator = value.text();
        List<Operator> fitting = CATALOG.fitting(operator, left, right);
        if (fitting.isEmpty()) {
            if (CATALOG.operators(operator).isEmpty()) {
                throw new SqlMistake(at, "PostgreSQL has no operator " + operator, "Write one that it has");
            }
            throw new SqlMistake(
                    at,
                    "PostgreSQL has no " + (left.equals("-") ? "" : CATALOG.shown(left) + " ") + operator + " "
                            + CATALOG.shown(right),
                    "Write values of types that go together, or CAST one of them");
        }
        Operator best = fitting.get(0);
        if (fitting.size() == 1) {
            SqlNode last = value.part(value.parts().size() - 1);
            if (value.parts().size() > 1 && left.equals(UNKNOWN)) {
                coerce(value.part(0), concrete(best.left(), best.right(), right));
            }
            if (right.equals(UNKNOWN)) {
                coerce(last, concrete(best.right(), best.left(), left));
            }
        }
        String result = best.result();
        if (fitting.stream().anyMatch(some -> !some.result().equals(result))) {
            return ANY;
        }
        if (result.startsWith("any")) {
            boolean array = result.endsWith("array") && !result.endsWith("nonarray");
            return array ? CATALOG.element(left) != null ? left : CATALOG.element(right) != null ? right : ANY : ANY;
        }
        return result;
    }

    /** A free type beside one that is known. */
    private static String concrete(String type, String otherType, String other) {
        return !type.startsWith("any") ? type : type.equals(otherType) ? other : ANY;
    }

    private void equal(SqlNode left, SqlNode right, Scope scope, int at) {
        compared("=", left, right, scope, at);
    }

    private void equal(String one, String other, int at) {
        result(
                SqlNode.of(Kind.OPERATOR, at, "=", SqlNode.of(Kind.NULL, at, ""), SqlNode.of(Kind.NULL, at, "")),
                one,
                other,
                at);
    }

    private String any(SqlNode value, Scope scope) {
        String left = type(value.part(0), scope);
        if (value.query() != null) {
            List<Typed> columns = query(value.query(), scope);
            if (!columns.isEmpty() && value.part(0).kind() != Kind.ROW) {
                compare(value, left, columns.get(0).type());
            }
            return "bool";
        }
        SqlNode array = value.part(1);
        String type = type(array, scope);
        if (type.equals(UNKNOWN)) {
            String wanted = left.equals(UNKNOWN) || left.equals(ANY) ? "_text" : "_" + left;
            coerce(array, wanted);
            return "bool";
        }
        String element = CATALOG.element(type);
        if (element == null && !type.equals(ANY)) {
            throw new SqlMistake(
                    array.at(),
                    "ANY and ALL take an array, and this is " + CATALOG.shown(type),
                    "Write an array, or compare without ANY");
        }
        if (element != null) {
            compare(value, left, element);
            meeting.beside(value.part(0), array, scope);
        }
        return "bool";
    }

    /** As if the value stood beside one of the other type. */
    private void compare(SqlNode value, String left, String right) {
        SqlNode nothing = SqlNode.of(Kind.NULL, value.at(), "");
        result(SqlNode.of(Kind.OPERATOR, value.at(), value.text(), value.part(0), nothing), left, right, value.at());
    }

    private String in(SqlNode value, Scope scope) {
        SqlNode left = value.part(0);
        if (value.query() != null) {
            String type = type(left, scope);
            List<Typed> columns = query(value.query(), scope);
            int wanted = left.kind() == Kind.ROW ? left.parts().size() : 1;
            if (columns.size() != wanted
                    && columns.stream().noneMatch(column -> column.name().equals("?"))) {
                throw new SqlMistake(
                        value.at(),
                        "IN compares " + wanted + " with the " + columns.size() + " columns of its query",
                        "Leave as many columns");
            }
            if (wanted == 1 && !columns.isEmpty()) {
                result(
                        SqlNode.of(Kind.OPERATOR, value.at(), "=", left, SqlNode.of(Kind.NULL, value.at(), "")),
                        type,
                        columns.get(0).type(),
                        value.at());
                if (value.query().kind == SqlQuery.Kind.SELECT && columns.get(0).origin() != null) {
                    meeting.beside(left, origin(columns.get(0).origin(), value.at()), scope);
                }
            }
            return "bool";
        }
        for (int i = 1; i < value.parts().size(); i++) {
            equal(left, value.part(i), scope, value.part(i).at());
        }
        return "bool";
    }

    /** A column in the form of an expression, when all that is known is whose it is. */
    private static SqlNode origin(String origin, int at) {
        String[] parts = origin.split("\\.");
        return SqlNode.of(
                Kind.NAME, at, origin, SqlNode.of(Kind.NAME, at, parts[0]), SqlNode.of(Kind.NAME, at, parts[1]));
    }

    private String call(SqlNode call, Scope scope) {
        List<SqlNode> arguments = new ArrayList<>();
        boolean star = false;
        for (SqlNode part : call.parts()) {
            if (part.kind() == Kind.AGGREGATED) {
                if (part.text().equals("FILTER")) {
                    condition(part.part(0), scope, "FILTER");
                } else {
                    part.parts().forEach(value -> type(value, scope));
                }
            } else if (part.kind() == Kind.WINDOW) {
                part.parts().forEach(value -> type(value, scope));
            } else if (part.kind() == Kind.STAR) {
                star = true;
            } else {
                arguments.add(part);
            }
        }
        List<String> given =
                arguments.stream().map(argument -> type(argument, scope)).toList();
        List<Function> known = CATALOG.functions(call.text());
        if (known.isEmpty()) {
            if (given.size() == 1 && CATALOG.typeNamed(call.text()) != null || CATALOG.isFunction(call.text())) {
                return ANY;
            }
            throw new SqlMistake(
                    call.at(),
                    "There is no function " + call.text(),
                    "Write one that exists" + Nearest.to(call.text(), CATALOG.functionNames()));
        }
        if (star) {
            return known.get(0).result();
        }
        if (arguments.isEmpty() && known.get(0).kind() == 'a' && !call.text().equals("mode")) {
            throw new SqlMistake(
                    call.at(),
                    call.text() + " counts nothing",
                    "Write what it counts" + (call.text().equals("count") ? ": count(*)" : ""));
        }
        List<String> names = arguments.stream()
                .map(argument -> argument.kind() == Kind.NAMED ? argument.text() : "")
                .toList();
        List<Function> fitting = CATALOG.fitting(known, given, names);
        if (fitting.isEmpty()) {
            // Some types are functions as well.
            if (given.size() == 1
                    && CATALOG.typeNamed(call.text()) != null
                    && CATALOG.isCast(given.get(0), CATALOG.typeNamed(call.text()))) {
                return CATALOG.typeNamed(call.text());
            }
            throw unfit(call, known, given, names);
        }
        Function function = fitting.get(0);
        if (fitting.size() == 1) {
            List<String> types = SqlCatalog.taken(function, given.size(), names);
            for (int i = 0; i < arguments.size(); i++) {
                SqlNode argument =
                        arguments.get(i).kind() == Kind.NAMED ? arguments.get(i).part(0) : arguments.get(i);
                if (given.get(i).equals(UNKNOWN)) {
                    coerce(argument, types.get(i));
                }
            }
            meeting.called(function, arguments);
        }
        String result = function.result();
        if (fitting.stream().anyMatch(some -> !some.result().equals(result))) {
            return ANY;
        }
        return result.startsWith("any") ? free(function, given, result) : result;
    }

    private static SqlMistake unfit(SqlNode call, List<Function> known, List<String> given, List<String> names) {
        String shown = call.text() + "("
                + String.join(", ", given.stream().map(CATALOG::shown).toList()) + ")";
        for (String name : names) {
            if (!name.isEmpty()
                    && known.stream().noneMatch(function -> function.names().contains(name))) {
                return new SqlMistake(
                        call.at(),
                        call.text() + " has no argument " + name,
                        "Write one that it has"
                                + Nearest.orOneOf(name, known.get(0).names()));
            }
        }
        return new SqlMistake(
                call.at(),
                "There is no function " + shown,
                "Write the arguments of "
                        + String.join(
                                " or of ",
                                known.stream().limit(4).map(Function::shown).toList()));
    }

    /** The type of a result that depends on the arguments'. */
    private static String free(Function function, List<String> given, String result) {
        for (int i = 0; i < Math.min(given.size(), function.arguments().size()); i++) {
            String type = function.arguments().get(i);
            if (given.get(i).equals(UNKNOWN) || given.get(i).equals(ANY) || !type.startsWith("any")) {
                continue;
            }
            boolean array = type.endsWith("array") && !type.endsWith("nonarray");
            boolean wanted = result.endsWith("array") && !result.endsWith("nonarray");
            if (array == wanted) {
                return given.get(i);
            }
            String other = array ? CATALOG.element(given.get(i)) : CATALOG.typeNamed("_" + given.get(i));
            return other == null ? ANY : other;
        }
        return ANY;
    }

    private Typed column(SqlNode value, Scope scope) {
        if (value.parts().size() == 1) {
            return unqualified(value, scope);
        }
        String relation = value.part(value.parts().size() - 2).text();
        for (Scope some = scope; some != null; some = some.outer) {
            for (Relation known : some.relations) {
                if (known.name.equals(relation)) {
                    Typed column = known.column(value.name());
                    if (column == null && known.open) {
                        return new Typed(value.name(), ANY, null);
                    }
                    if (column == null) {
                        throw new SqlMistake(
                                value.at(),
                                relation
                                        + (CATALOG.table(known.rowType) != null && !known.rowType.equals(relation)
                                                ? " (" + known.rowType + ")"
                                                : "")
                                        + " has no column " + value.name(),
                                "Write one that it has"
                                        + Nearest.orOneOf(
                                                value.name(),
                                                known.columns.stream()
                                                        .map(Typed::name)
                                                        .toList()));
                    }
                    return column;
                }
            }
        }
        throw unknownRelation(relation, value.at(), scope);
    }

    private static SqlMistake unknownRelation(String relation, int at, Scope scope) {
        return new SqlMistake(
                at,
                "Nothing here has the name " + relation,
                "Write a name that FROM gives" + Nearest.orOneOf(relation, names(scope)));
    }

    private static Set<String> names(Scope scope) {
        Set<String> names = new TreeSet<>();
        for (Scope some = scope; some != null; some = some.outer) {
            some.relations.forEach(relation -> names.add(relation.name));
        }
        return names;
    }

    private Typed unqualified(SqlNode value, Scope scope) {
        String name = value.name();
        for (Scope some = scope; some != null; some = some.outer) {
            List<Relation> having = some.relations.stream()
                    .filter(relation -> relation.column(name) != null && !relation.hidden.contains(name))
                    .toList();
            if (having.size() > 1) {
                throw new SqlMistake(
                        value.at(),
                        "Several have a column " + name + ": "
                                + String.join(
                                        ", ",
                                        having.stream()
                                                .map(relation -> relation.name)
                                                .toList()),
                        "Write which one: " + having.get(0).name + "." + name);
            }
            if (having.size() == 1) {
                if (having.get(0).columns.stream()
                                .filter(column -> column.name().equals(name))
                                .count()
                        > 1) {
                    throw new SqlMistake(
                            value.at(),
                            having.get(0).name + " has several columns " + name,
                            "Give one of them another name by AS");
                }
                return having.get(0).column(name);
            }
            if (some.relations.stream().anyMatch(relation -> relation.open)) {
                return new Typed(name, ANY, null);
            }
            for (Relation relation : some.relations) {
                if (relation.name.equals(name)) {
                    return new Typed(name, relation.rowType, null);
                }
            }
        }
        Set<String> known = new TreeSet<>();
        for (Scope some = scope; some != null; some = some.outer) {
            some.relations.forEach(relation -> relation.columns.forEach(column -> known.add(column.name())));
        }
        String sources = String.join(", ", names(scope));
        throw new SqlMistake(
                value.at(),
                (sources.isEmpty()
                        ? "Nothing here has a column " + name
                        : "None of these has a column " + name + ": " + sources),
                "Write one that is there" + Nearest.to(name, known));
    }

    /** Whose column a value is, when it is one and nothing else; null for anything else. */
    String origin(SqlNode value, Scope scope) {
        SqlNode plain = value;
        while (plain.kind() == Kind.CAST) {
            plain = plain.part(0);
        }
        return plain.kind() == Kind.COLUMN ? column(plain, scope).origin() : null;
    }

    private static void noAggregate(SqlNode value, String clause) {
        SqlNode aggregate = aggregate(value);
        if (aggregate != null) {
            throw new SqlMistake(
                    aggregate.at(),
                    aggregate.text() + " counts rows, which " + clause + " cannot use",
                    "Write HAVING, or a query of its own in brackets");
        }
    }

    /** The first aggregate in a value, outside of queries in it; null for none. */
    private static SqlNode aggregate(SqlNode value) {
        if (value.kind() == Kind.CALL
                && value.parts().stream().noneMatch(part -> part.kind() == Kind.WINDOW)
                && CATALOG.functions(value.text()).stream().anyMatch(function -> function.kind() == 'a')) {
            return value;
        }
        for (SqlNode part : value.parts()) {
            SqlNode found = aggregate(part);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Columns beside aggregates, which must be grouped by. */
    private void grouped(SqlQuery query, Scope scope) {
        boolean counts = query.having != null
                || query.order.stream().anyMatch(order -> aggregate(order) != null)
                || query.items.stream().anyMatch(item -> aggregate(item.value()) != null);
        if (query.group.isEmpty() && !counts) {
            return;
        }
        List<SqlNode> group = new ArrayList<>(query.group);
        for (SqlQuery.Item item : query.items) {
            for (SqlNode by : query.group) {
                boolean isPlace =
                        by.kind() == Kind.NUMBER && query.items.indexOf(item) == Integer.parseInt(by.text()) - 1;
                if (isPlace
                        || by.kind() == Kind.COLUMN
                                && by.parts().size() == 1
                                && by.name().equals(item.alias())) {
                    group.add(item.value());
                }
            }
        }
        query.items.forEach(item -> grouped(item.value(), group, scope));
        if (query.having != null) {
            grouped(query.having, group, scope);
        }
        query.order.forEach(order -> {
            if (!isAlias(order, query)) {
                grouped(order, group, scope);
            }
        });
    }

    private void grouped(SqlNode value, List<SqlNode> group, Scope scope) {
        if (group.stream().anyMatch(value::saysTheSame)) {
            return;
        }
        if (value.kind() == Kind.CALL && aggregate(value) == value) {
            return;
        }
        if (value.kind() == Kind.COLUMN) {
            for (Relation relation : scope.relations) {
                boolean named = value.parts().size() > 1
                        ? relation.name.equals(value.part(0).text())
                        : relation.column(value.name()) != null;
                Set<String> key = CATALOG.wholeKey(relation.rowType);
                boolean byKey = !key.isEmpty()
                        && key.stream()
                                .allMatch(column -> group.stream()
                                        .anyMatch(by -> by.kind() == Kind.COLUMN
                                                && by.name().equals(column)));
                if (named && !byKey && !relation.open && relation.column(value.name()) != null) {
                    throw new SqlMistake(
                            value.at(),
                            "GROUP BY does not have " + value.name() + ", which stands beside what counts several rows",
                            "Add it to GROUP BY, or count it as well");
                }
            }
            return;
        }
        value.parts().forEach(part -> grouped(part, group, scope));
    }
}
