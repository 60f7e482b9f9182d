package caravana.checks;

import caravana.checks.SqlNode.Kind;
import caravana.checks.SqlQuery.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses statements like PostgreSQL, as far as the statements of routes need it. Other syntax is reported as
 * unsupported, and no other mistakes of this statement are reported (ADR 37).
 */
final class SqlParser {

    /** What this parser knows nothing of. */
    static final class UnsupportedSqlException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnsupportedSqlException(String what) {
            super(what, null, false, false);
        }
    }

    private record Token(char kind, String text, int at) {}

    private static final Pattern TOKEN = Pattern.compile(
            "\\s+|(?<text>[eE]'(?:[^'\\\\]|\\\\.|'')*'|(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*')|(?<quoted>\"(?:[^\"]|\"\")*\")|\\$(?<parameter>\\d+)|(?<dollar>\\$\\w*\\$)"
                    + "|(?<number>\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?|\\.\\d+)|(?<word>[A-Za-z_\\x{80}-\\x{10ffff}][\\w$\\x{80}-\\x{10ffff}]*)"
                    + "|(?<sign>::|:=|=>|[-+*/<>=~!@#%^&|`?]+|[(),;.\\[\\]:])",
            Pattern.DOTALL);

    /** Clauses that no route has had; of a statement with one of them nothing is said. */
    private static final Set<String> UNSUPPORTED = Set.of(
            ("merge grouping rollup cube tablesample fetch json_table xmltable rows_from match_recognize json_value json_query"
                            + " json_exists json_scalar json_serialize json_arrayagg json_objectagg overlaps within xmlelement")
                    .split(" "));

    /** They are no names without quotes. */
    private static final Set<String> RESERVED = Set.of(
            ("all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create"
                            + " current_date current_time current_timestamp default deferrable desc distinct do else end except"
                            + " false fetch for foreign from grant group having in initially intersect into lateral leading limit"
                            + " localtime localtimestamp not null offset on only or order placing primary references returning"
                            + " select session_user some symmetric table then to trailing true union unique user using variadic"
                            + " when where window with")
                    .split(" "));

    /** They end a source, and are no alias without AS. */
    private static final Set<String> NO_ALIAS = Set.of(
            "join inner left right full cross natural set values ilike is isnull like notnull similar tablesample"
                    .split(" "));

    /** Types that begin a literal. */
    private static final Set<String> LITERAL_TYPES =
            Set.of("interval date timestamp timestamptz time timetz".split(" "));

    private static final Set<String> CURRENT =
            Set.of("current_date current_time current_timestamp localtime localtimestamp current_user session_user user"
                    .split(" "));

    private static final Set<String> COMMON = Set.of("coalesce", "greatest", "least", "nullif");
    private static final Set<String> COMPARISONS = Set.of("=", "<", ">", "<=", ">=", "<>", "!=");

    private final List<Token> tokens = new ArrayList<>();
    private int next;

    private SqlParser(String sql) {
        Matcher token = TOKEN.matcher(sql);
        int end = 0;
        while (token.find()) {
            if (token.start() != end) {
                break;
            }
            end = token.end();
            String text = token.group();
            if (token.group("dollar") != null) {
                throw new UnsupportedSqlException(text);
            }
            if (token.group("text") != null) {
                tokens.add(new Token(
                        't',
                        text.substring(text.indexOf('\'') + 1, text.length() - 1)
                                .replace("''", "'"),
                        token.start()));
            } else if (token.group("quoted") != null) {
                tokens.add(new Token('q', text.substring(1, text.length() - 1).replace("\"\"", "\""), token.start()));
            } else if (token.group("parameter") != null) {
                tokens.add(new Token('p', token.group("parameter"), token.start()));
            } else if (token.group("number") != null) {
                tokens.add(new Token('n', text, token.start()));
            } else if (token.group("word") != null) {
                tokens.add(new Token('w', text.toLowerCase(Locale.ROOT), token.start()));
            } else if (token.group("sign") != null) {
                sign(text, token.start());
            }
        }
        if (end != sql.length()) {
            throw new SqlMistake(
                    end, "PostgreSQL does not read a statement with " + sql.charAt(end) + " here", "Delete it");
        }
        tokens.add(new Token('e', "", sql.length()));
    }

    /** A minus or plus sign behind an operator belongs to what follows. */
    private void sign(String text, int at) {
        String rest = text;
        int from = at;
        if (rest.length() > 1 && !"->".equals(rest) && rest.matches("[*/<>=+-]+[+-]")) {
            tokens.add(new Token('s', rest.substring(0, rest.length() - 1), from));
            from += rest.length() - 1;
            rest = rest.substring(rest.length() - 1);
        }
        tokens.add(new Token('s', rest, from));
    }

    /**
     * @param sql as {@link SqlText#numbered} gives it
     * @throws SqlMistake where it is no SQL
     * @throws UnsupportedSqlException when it may be one of which nothing is known here
     */
    static SqlQuery parse(String sql) {
        SqlParser parser = new SqlParser(sql);
        for (int i = 0; i < parser.tokens.size(); i++) {
            Token token = parser.tokens.get(i);
            if (token.kind == 'w' && UNSUPPORTED.contains(token.text)) {
                throw new UnsupportedSqlException(token.text);
            }
        }
        SqlQuery query = parser.statement();
        parser.accept(";");
        if (parser.peek().kind != 'e') {
            throw parser.unexpected();
        }
        return query;
    }

    private Token peek() {
        return tokens.get(next);
    }

    private Token peek(int further) {
        return tokens.get(Math.min(next + further, tokens.size() - 1));
    }

    private boolean is(String... words) {
        for (int i = 0; i < words.length; i++) {
            Token token = peek(i);
            if (token.kind != 'w' && token.kind != 's' || !token.text.equals(words[i])) {
                return false;
            }
        }
        return true;
    }

    private boolean accept(String... words) {
        if (is(words)) {
            next += words.length;
            return true;
        }
        return false;
    }

    private void expect(String word) {
        if (!accept(word)) {
            throw missing(word.toUpperCase(Locale.ROOT));
        }
    }

    private SqlMistake missing(String what) {
        return new SqlMistake(
                peek().at,
                (peek().kind == 'e' ? "The statement ends" : shown() + " stands") + " where " + what + " must stand",
                "Write " + what + " before it, or delete it");
    }

    private String shown() {
        return peek().kind == 't'
                ? "'" + peek().text + "'"
                : peek().kind == 'w'
                        ? peek().text.toUpperCase(Locale.ROOT)
                        : peek().kind == 'p' ? "A parameter" : peek().text;
    }

    private SqlMistake unexpected() {
        return new SqlMistake(
                peek().at,
                peek().kind == 'e' ? "The statement ends too early" : shown() + " cannot stand here",
                "Delete it, or write what is missing before it");
    }

    private Name name() {
        Token token = peek();
        if (token.kind == 'q' || token.kind == 'w' && !RESERVED.contains(token.text)) {
            next++;
            return new Name(token.text, token.at);
        }
        throw missing("a name");
    }

    /** A name, or a word behind AS, where every word is one. */
    private String label() {
        Token token = peek();
        if (token.kind == 'q' || token.kind == 'w') {
            next++;
            return token.text;
        }
        throw missing("a name");
    }

    private SqlQuery statement() {
        List<SqlQuery.Part> parts = new ArrayList<>();
        boolean recursive = false;
        if (accept("with")) {
            recursive = accept("recursive");
            do {
                Name name = name();
                List<String> columns = new ArrayList<>();
                if (accept("(")) {
                    do {
                        columns.add(name().text());
                    } while (accept(","));
                    expect(")");
                }
                expect("as");
                if (accept("not")) {
                    expect("materialized");
                } else {
                    accept("materialized");
                }
                expect("(");
                parts.add(new SqlQuery.Part(name, columns, statement()));
                expect(")");
            } while (accept(","));
        }
        SqlQuery query = is("insert") ? insert() : is("update") ? update() : is("delete") ? delete() : select();
        query.with.addAll(0, parts);
        query.recursive |= recursive;
        return query;
    }

    private SqlQuery select() {
        SqlQuery query = combined(0);
        if (accept("order")) {
            expect("by");
            query.order.addAll(sorted());
        }
        while (true) {
            if (accept("limit")) {
                query.limit = accept("all") ? null : expression();
            } else if (accept("offset")) {
                query.offset = expression();
                if (!accept("rows")) {
                    accept("row");
                }
            } else if (accept("for")) {
                query.locks = true;
                if (accept("no")) {
                    expect("key");
                    expect("update");
                } else if (accept("key")) {
                    expect("share");
                } else if (!accept("update")) {
                    expect("share");
                }
                if (accept("of")) {
                    do {
                        query.locked.add(name());
                    } while (accept(","));
                }
                if (accept("skip")) {
                    expect("locked");
                } else {
                    accept("nowait");
                }
            } else {
                return query;
            }
        }
    }

    private List<SqlNode> sorted() {
        List<SqlNode> order = new ArrayList<>();
        do {
            order.add(expression());
            if (!accept("asc")) {
                accept("desc");
            }
            if (accept("nulls") && !accept("first")) {
                expect("last");
            }
        } while (accept(","));
        return order;
    }

    private SqlQuery combined(int level) {
        SqlQuery left = level == 1 ? simple() : combined(1);
        while (level == 1 ? is("intersect") : is("union") || is("except")) {
            SqlQuery both = new SqlQuery(SqlQuery.Kind.COMBINED, peek().at);
            next++;
            both.distinct = !accept("all");
            accept("distinct");
            both.left = left;
            both.right = level == 1 ? simple() : combined(1);
            left = both;
        }
        return left;
    }

    private SqlQuery simple() {
        if (accept("(")) {
            SqlQuery query = is("with") ? statement() : select();
            expect(")");
            return query;
        }
        if (is("values")) {
            SqlQuery query = new SqlQuery(SqlQuery.Kind.VALUES, peek().at);
            next++;
            do {
                expect("(");
                query.rows.add(values());
                expect(")");
            } while (accept(","));
            return query;
        }
        SqlQuery query = new SqlQuery(SqlQuery.Kind.SELECT, peek().at);
        expect("select");
        if (accept("distinct")) {
            query.distinct = true;
            if (accept("on")) {
                expect("(");
                query.distinctOn.addAll(expressions());
                expect(")");
            }
        } else {
            accept("all");
        }
        if (!endsList()) {
            query.items.addAll(items());
        }
        if (accept("from")) {
            query.from.addAll(sources());
        }
        if (accept("where")) {
            query.where = expression();
        }
        if (accept("group")) {
            expect("by");
            query.group.addAll(expressions());
        }
        if (accept("having")) {
            query.having = expression();
        }
        return query;
    }

    private boolean endsList() {
        return peek().kind == 'e'
                || is("from")
                || is("where")
                || is(")")
                || is("union")
                || is("order")
                || is("limit")
                || is("for");
    }

    private List<SqlNode> values() {
        List<SqlNode> values = new ArrayList<>();
        do {
            values.add(value());
        } while (accept(","));
        return values;
    }

    private SqlNode value() {
        if (is("default")) {
            return SqlNode.of(Kind.NULL, tokens.get(next++).at, "default");
        }
        return expression();
    }

    private List<SqlQuery.Item> items() {
        List<SqlQuery.Item> items = new ArrayList<>();
        do {
            SqlNode value = is("*") ? SqlNode.of(Kind.STAR, tokens.get(next++).at, "") : expression();
            String alias = null;
            if (accept("as")) {
                alias = label();
            } else if (peek().kind == 'q'
                    || peek().kind == 'w' && !RESERVED.contains(peek().text) && !is("filter") && !is("over")) {
                alias = label();
            }
            items.add(new SqlQuery.Item(value, alias));
        } while (accept(","));
        return items;
    }

    private List<SqlQuery.Join> sources() {
        List<SqlQuery.Join> joins = new ArrayList<>();
        do {
            joins.add(joined());
        } while (accept(","));
        return joins;
    }

    private SqlQuery.Join joined() {
        SqlQuery.Join left = source();
        while (true) {
            int at = peek().at;
            String kind;
            if (accept("cross", "join")) {
                left = new SqlQuery.Join(null, left, source(), "cross", null, List.of(), at);
                continue;
            } else if (accept("natural")) {
                throw new UnsupportedSqlException("natural");
            } else if (accept("join") || accept("inner", "join")) {
                kind = "inner";
            } else if (is("left") || is("right") || is("full")) {
                kind = tokens.get(next++).text;
                accept("outer");
                expect("join");
            } else {
                return left;
            }
            SqlQuery.Join right = source();
            // A join may stand between another one and its condition.
            if (is("join") || is("left") || is("inner") || is("cross")) {
                throw missing("ON");
            }
            if (accept("using")) {
                expect("(");
                List<Name> using = new ArrayList<>();
                do {
                    using.add(name());
                } while (accept(","));
                expect(")");
                left = new SqlQuery.Join(null, left, right, kind, null, using, at);
            } else {
                expect("on");
                left = new SqlQuery.Join(null, left, right, kind, expression(), List.of(), at);
            }
        }
    }

    private SqlQuery.Join source() {
        int at = peek().at;
        accept("only");
        boolean lateral = accept("lateral");
        Name table = null;
        SqlQuery query = null;
        List<SqlNode> calls = new ArrayList<>();
        boolean numbered = false;
        if (accept("(")) {
            if (is("select") || is("values") || is("with") || is("(")) {
                query = statement();
                expect(")");
            } else {
                SqlQuery.Join inner = joined();
                expect(")");
                return inner;
            }
        } else if (is("rows", "from")) {
            throw new UnsupportedSqlException("rows from");
        } else {
            table = name();
            if (accept(".")) {
                table = name();
            }
            if (is("(")) {
                calls.add(call(table));
                table = null;
                if (accept("with")) {
                    expect("ordinality");
                    numbered = true;
                }
            }
        }
        String alias = null;
        List<SqlQuery.Defined> columns = new ArrayList<>();
        boolean as = accept("as");
        if (as && is("(")) {
            columns = definitions();
        } else if (as || isAlias()) {
            alias = name().text();
            if (is("(")) {
                columns = definitions();
            }
        }
        return new SqlQuery.Join(
                new SqlQuery.Source(at, table, query, calls, lateral, numbered, alias, columns),
                null,
                null,
                null,
                null,
                List.of(),
                at);
    }

    private boolean isAlias() {
        return peek().kind == 'q'
                || peek().kind == 'w' && !RESERVED.contains(peek().text) && !NO_ALIAS.contains(peek().text);
    }

    private List<SqlQuery.Defined> definitions() {
        expect("(");
        List<SqlQuery.Defined> columns = new ArrayList<>();
        do {
            String name = name().text();
            columns.add(new SqlQuery.Defined(name, is(",") || is(")") ? null : type()));
        } while (accept(","));
        expect(")");
        return columns;
    }

    private SqlQuery insert() {
        SqlQuery query = new SqlQuery(SqlQuery.Kind.INSERT, peek().at);
        expect("insert");
        expect("into");
        query.table = table();
        if (accept("as")) {
            query.alias = name().text();
        }
        if (is("(") && !is("(", "select")) {
            next++;
            do {
                query.columns.add(name());
            } while (accept(","));
            expect(")");
        }
        if (accept("overriding")) {
            next++;
            expect("value");
        }
        if (accept("default")) {
            expect("values");
        } else {
            query.source = is("with") ? statement() : select();
        }
        if (accept("on")) {
            expect("conflict");
            query.onConflict = true;
            if (accept("(")) {
                query.conflict.addAll(expressions());
                expect(")");
                if (accept("where")) {
                    query.conflictWhere = expression();
                }
            } else if (accept("on")) {
                throw new UnsupportedSqlException("constraint");
            }
            expect("do");
            if (!accept("nothing")) {
                expect("update");
                expect("set");
                query.set.addAll(assignments());
                if (accept("where")) {
                    query.where = expression();
                }
            }
        }
        returning(query);
        return query;
    }

    private Name table() {
        Name table = name();
        return accept(".") ? name() : table;
    }

    private void returning(SqlQuery query) {
        if (accept("returning")) {
            query.returns = true;
            query.returning.addAll(items());
        }
    }

    private List<SqlQuery.Assignment> assignments() {
        List<SqlQuery.Assignment> assignments = new ArrayList<>();
        do {
            List<Name> columns = new ArrayList<>();
            boolean several = accept("(");
            do {
                columns.add(name());
                if (is(".")) {
                    throw new SqlMistake(
                            columns.get(0).at(),
                            "SET takes the name of a column alone, and not "
                                    + columns.get(0).text() + "." + peek(1).text,
                            "Write " + peek(1).text);
                }
            } while (several && accept(","));
            if (several) {
                expect(")");
            }
            if (is("[")) {
                throw new UnsupportedSqlException("element");
            }
            expect("=");
            assignments.add(new SqlQuery.Assignment(columns, value()));
        } while (accept(","));
        return assignments;
    }

    private SqlQuery update() {
        SqlQuery query = new SqlQuery(SqlQuery.Kind.UPDATE, peek().at);
        expect("update");
        accept("only");
        query.table = table();
        if (accept("as") || !is("set")) {
            query.alias = name().text();
        }
        expect("set");
        query.set.addAll(assignments());
        if (accept("from")) {
            query.from.addAll(sources());
        }
        if (accept("where")) {
            query.where = expression();
        }
        returning(query);
        return query;
    }

    private SqlQuery delete() {
        SqlQuery query = new SqlQuery(SqlQuery.Kind.DELETE, peek().at);
        expect("delete");
        expect("from");
        accept("only");
        query.table = table();
        if (accept("as") || isAlias()) {
            query.alias = name().text();
        }
        if (accept("using")) {
            query.from.addAll(sources());
        }
        if (accept("where")) {
            query.where = expression();
        }
        returning(query);
        return query;
    }

    private List<SqlNode> expressions() {
        List<SqlNode> list = new ArrayList<>();
        do {
            list.add(expression());
        } while (accept(","));
        return list;
    }

    private SqlNode expression() {
        SqlNode left = conjunction();
        while (is("or")) {
            int at = tokens.get(next++).at;
            left = SqlNode.of(Kind.LOGIC, at, "OR", left, conjunction());
        }
        return left;
    }

    private SqlNode conjunction() {
        SqlNode left = negation();
        while (is("and")) {
            int at = tokens.get(next++).at;
            left = SqlNode.of(Kind.LOGIC, at, "AND", left, negation());
        }
        return left;
    }

    private SqlNode negation() {
        if (is("not")) {
            int at = tokens.get(next++).at;
            return SqlNode.of(Kind.LOGIC, at, "NOT", negation());
        }
        return tested();
    }

    private SqlNode tested() {
        SqlNode left = compared();
        while (is("is") || is("isnull") || is("notnull")) {
            int at = tokens.get(next++).at;
            if (tokens.get(next - 1).text.length() > 2) {
                left = SqlNode.of(Kind.TEST, at, "NULL", left);
                continue;
            }
            accept("not");
            if (accept("distinct")) {
                expect("from");
                left = SqlNode.of(Kind.OPERATOR, at, "=", left, compared());
            } else if (accept("null") || accept("unknown")) {
                left = SqlNode.of(Kind.TEST, at, "NULL", left);
            } else if (accept("true") || accept("false")) {
                left = SqlNode.of(Kind.TEST, at, "TRUE", left);
            } else {
                throw missing("NULL");
            }
        }
        return left;
    }

    private SqlNode compared() {
        SqlNode left = ranged();
        while (peek().kind == 's' && COMPARISONS.contains(peek().text)) {
            Token operator = tokens.get(next++);
            if (is("any") || is("all") || is("some")) {
                left = any(left, operator);
            } else {
                left = SqlNode.of(
                        Kind.OPERATOR, operator.at, operator.text.equals("!=") ? "<>" : operator.text, left, ranged());
            }
        }
        return left;
    }

    private SqlNode any(SqlNode left, Token operator) {
        next++;
        expect("(");
        SqlNode any;
        if (is("select") || is("with")) {
            any = new SqlNode(Kind.ANY, operator.at, operator.text, List.of(left), statement());
        } else {
            any = SqlNode.of(Kind.ANY, operator.at, operator.text, left, expression());
        }
        expect(")");
        return any;
    }

    private SqlNode ranged() {
        SqlNode left = operated();
        while (true) {
            int at = peek().at;
            int begin = next;
            accept("not");
            if (accept("between")) {
                accept("symmetric");
                SqlNode from = operated();
                expect("and");
                SqlNode to = operated();
                left = SqlNode.of(
                        Kind.LOGIC,
                        at,
                        "AND",
                        SqlNode.of(Kind.OPERATOR, at, ">=", left, from),
                        SqlNode.of(Kind.OPERATOR, at, "<=", left, to));
            } else if (accept("in")) {
                expect("(");
                SqlQuery query = query();
                if (query != null) {
                    left = new SqlNode(Kind.IN, at, "", List.of(left), query);
                } else {
                    List<SqlNode> parts = new ArrayList<>(List.of(left));
                    parts.addAll(expressions());
                    left = SqlNode.of(Kind.IN, at, "", parts);
                }
                expect(")");
            } else if (accept("like")) {
                left = SqlNode.of(Kind.OPERATOR, at, "~~", left, operated());
                escape();
            } else if (accept("ilike")) {
                left = SqlNode.of(Kind.OPERATOR, at, "~~*", left, operated());
                escape();
            } else if (is("similar")) {
                throw new UnsupportedSqlException("similar");
            } else {
                next = begin;
                return left;
            }
        }
    }

    private void escape() {
        if (accept("escape")) {
            operated();
        }
    }

    /** Operators of which none has a precedence of its own. */
    private SqlNode operated() {
        SqlNode left = added();
        while (peek().kind == 's'
                && peek().text.matches("[-+*/<>=~!@#%^&|`?]+")
                && !COMPARISONS.contains(peek().text)
                && !peek().text.equals("=>")
                && !peek().text.matches("[-+*/%^]")) {
            Token operator = tokens.get(next++);
            left = SqlNode.of(Kind.OPERATOR, operator.at, operator.text, left, added());
        }
        return left;
    }

    private SqlNode added() {
        SqlNode left = multiplied();
        while (is("+") || is("-")) {
            Token operator = tokens.get(next++);
            left = SqlNode.of(Kind.OPERATOR, operator.at, operator.text, left, multiplied());
        }
        return left;
    }

    private SqlNode multiplied() {
        SqlNode left = powered();
        while (is("*") || is("/") || is("%")) {
            Token operator = tokens.get(next++);
            left = SqlNode.of(Kind.OPERATOR, operator.at, operator.text, left, powered());
        }
        return left;
    }

    private SqlNode powered() {
        SqlNode left = zoned();
        while (is("^")) {
            Token operator = tokens.get(next++);
            left = SqlNode.of(Kind.OPERATOR, operator.at, "^", left, zoned());
        }
        return left;
    }

    private SqlNode zoned() {
        SqlNode left = signed();
        while (true) {
            int at = peek().at;
            if (accept("at", "time", "zone")) {
                left = SqlNode.of(Kind.CALL, at, "timezone", signed(), left);
            } else if (accept("collate")) {
                label();
            } else {
                return left;
            }
        }
    }

    private SqlNode signed() {
        if (is("-") || is("+")) {
            Token operator = tokens.get(next++);
            return SqlNode.of(Kind.OPERATOR, operator.at, operator.text, signed());
        }
        return suffixed();
    }

    private SqlNode suffixed() {
        SqlNode value = primary();
        while (true) {
            int at = peek().at;
            if (accept("::")) {
                value = SqlNode.of(Kind.CAST, at, type(), value);
            } else if (accept("[")) {
                SqlNode element = SqlNode.of(Kind.ELEMENT, at, "", value, expression());
                if (is(":")) {
                    throw new UnsupportedSqlException("slice");
                }
                expect("]");
                value = element;
            } else if (accept(".")) {
                if (accept("*")) {
                    throw new UnsupportedSqlException("fields");
                }
                value = SqlNode.of(Kind.FIELD, at, name().text(), value);
            } else {
                return value;
            }
        }
    }

    private String type() {
        int at = peek().at;
        accept("setof");
        String type = label();
        if (accept(".")) {
            type = label();
        }
        if (type.equals("double")) {
            expect("precision");
            type = "double precision";
        } else if (type.equals("character") && accept("varying")) {
            type = "character varying";
        }
        if (accept("(")) {
            do {
                next++;
            } while (accept(","));
            expect(")");
        }
        if ((type.equals("timestamp") || type.equals("time"))
                && (is("with", "time", "zone") || is("without", "time", "zone"))) {
            type += is("with") ? " with time zone" : " without time zone";
            next += 3;
        }
        String name = SqlCatalog.get().typeNamed(type);
        if (name == null) {
            throw new SqlMistake(
                    at,
                    "PostgreSQL has no type " + type,
                    "Write a type that exists"
                            + Nearest.to(type, SqlCatalog.get().shownTypes()));
        }
        if (accept("[")) {
            expect("]");
            return "_" + name;
        }
        return name;
    }

    private SqlNode primary() {
        Token token = peek();
        switch (token.kind) {
            case 't' -> {
                next++;
                return SqlNode.of(Kind.TEXT, token.at, token.text);
            }
            case 'n' -> {
                next++;
                return SqlNode.of(Kind.NUMBER, token.at, token.text);
            }
            case 'p' -> {
                next++;
                return SqlNode.of(Kind.PARAMETER, token.at, token.text);
            }
            case 's' -> {
                if (accept("(")) {
                    return bracketed(token);
                }
            }
            case 'w' -> {
                SqlNode special = special(token);
                if (special != null) {
                    return special;
                }
            }
            default -> {}
        }
        Name name = name();
        if (is("(")) {
            return call(name);
        }
        if (LITERAL_TYPES.contains(name.text()) && peek().kind == 't') {
            Token text = tokens.get(next++);
            return SqlNode.of(
                    Kind.CAST,
                    name.at(),
                    SqlCatalog.get().typeNamed(name.text()),
                    SqlNode.of(Kind.TEXT, text.at, text.text));
        }
        List<SqlNode> parts = new ArrayList<>(List.of(SqlNode.of(Kind.NAME, name.at(), name.text())));
        while (accept(".")) {
            if (accept("*")) {
                return SqlNode.of(Kind.STAR, name.at(), name.text());
            }
            int at = peek().at;
            String further = label();
            if (is("(")) {
                return call(new Name(further, at));
            }
            parts.add(SqlNode.of(Kind.NAME, at, further));
        }
        return SqlNode.of(Kind.COLUMN, name.at(), "", parts);
    }

    /** The query that brackets hold; null when they hold something else. */
    private SqlQuery query() {
        if (is("select") || is("with") || is("values")) {
            return statement();
        }
        int begin = next;
        int further = 0;
        while (peek(further).kind == 's' && peek(further).text.equals("(")) {
            further++;
        }
        if (further > 0 && peek(further).kind == 'w' && peek(further).text.equals("select")) {
            SqlQuery query = statement();
            if (is(")")) {
                return query;
            }
            // It was the first part of an expression.
            next = begin;
        }
        return null;
    }

    private SqlNode bracketed(Token begin) {
        SqlQuery query = query();
        if (query != null) {
            expect(")");
            return SqlNode.of(Kind.SUBQUERY, begin.at, query);
        }
        List<SqlNode> values = expressions();
        expect(")");
        return values.size() == 1 ? values.get(0) : SqlNode.of(Kind.ROW, begin.at, "", values);
    }

    /** What begins with a word of its own grammar; null for any other word. */
    private SqlNode special(Token token) {
        boolean calls = peek(1).kind == 's' && peek(1).text.equals("(");
        switch (token.text) {
            case "null" -> {
                next++;
                return SqlNode.of(Kind.NULL, token.at, "");
            }
            case "true", "false" -> {
                next++;
                return SqlNode.of(Kind.BOOLEAN, token.at, token.text);
            }
            case "case" -> {
                return cases();
            }
            case "array" -> {
                next++;
                if (accept("(")) {
                    SqlNode array = new SqlNode(Kind.ARRAY, token.at, "", List.of(), statement());
                    expect(")");
                    return array;
                }
                expect("[");
                List<SqlNode> values = is("]") ? List.of() : expressions();
                expect("]");
                return SqlNode.of(Kind.ARRAY, token.at, "", values);
            }
            default -> {}
        }
        if (CURRENT.contains(token.text) && !calls) {
            next++;
            return SqlNode.of(
                    Kind.CALL,
                    token.at,
                    token.text.endsWith("user")
                            ? "current_user"
                            : token.text.equals("current_timestamp") ? "now" : token.text);
        }
        if (!calls) {
            return null;
        }
        switch (token.text) {
            case "exists" -> {
                next += 2;
                SqlNode exists = SqlNode.of(Kind.EXISTS, token.at, statement());
                expect(")");
                return exists;
            }
            case "cast" -> {
                next += 2;
                SqlNode value = expression();
                expect("as");
                SqlNode cast = SqlNode.of(Kind.CAST, token.at, type(), value);
                expect(")");
                return cast;
            }
            case "row" -> {
                next += 2;
                SqlNode row = SqlNode.of(Kind.ROW, token.at, "", expressions());
                expect(")");
                return row;
            }
            case "extract" -> {
                next += 2;
                String field = peek().kind == 't' ? tokens.get(next++).text : label();
                expect("from");
                SqlNode extract = SqlNode.of(Kind.EXTRACT, token.at, field, expression());
                expect(")");
                return extract;
            }
            case "position", "substring", "trim", "overlay", "normalize" -> {
                return wordy(token);
            }
            default -> {
                if (!COMMON.contains(token.text)) {
                    return null;
                }
                next += 2;
                SqlNode common = SqlNode.of(Kind.COMMON, token.at, token.text, expressions());
                expect(")");
                return common;
            }
        }
    }

    /** A function whose arguments have words between them. */
    private SqlNode wordy(Token token) {
        int depth = 0;
        int i = next + 1;
        do {
            String text = tokens.get(i).kind == 's' || tokens.get(i).kind == 'w' ? tokens.get(i).text : "";
            depth += text.equals("(") ? 1 : text.equals(")") ? -1 : 0;
            if (depth == 1
                    && Set.of("from", "in", "for", "placing", "both", "leading", "trailing")
                            .contains(text)) {
                throw new UnsupportedSqlException(token.text);
            }
            i++;
        } while (depth > 0 && i < tokens.size());
        return call(name());
    }

    private SqlNode cases() {
        Token begin = tokens.get(next++);
        List<SqlNode> parts = new ArrayList<>();
        boolean compares = !is("when");
        if (compares) {
            parts.add(expression());
        }
        if (!is("when")) {
            throw missing("WHEN");
        }
        while (accept("when")) {
            parts.add(expression());
            expect("then");
            parts.add(expression());
        }
        if (accept("else")) {
            parts.add(expression());
        }
        expect("end");
        return SqlNode.of(Kind.CASE, begin.at, compares ? "compares" : "", parts);
    }

    private SqlNode call(Name name) {
        expect("(");
        List<SqlNode> parts = new ArrayList<>();
        List<SqlNode> aggregated = new ArrayList<>();
        if (is("*")) {
            parts.add(SqlNode.of(Kind.STAR, tokens.get(next++).at, ""));
        } else if (!is(")")) {
            if (!accept("distinct")) {
                accept("all");
            }
            do {
                if (accept("variadic")) {
                    throw new UnsupportedSqlException("variadic");
                }
                if (peek().kind == 'w' && (is(peek().text, "=>") || is(peek().text, ":="))) {
                    Token argument = peek();
                    next += 2;
                    parts.add(SqlNode.of(Kind.NAMED, argument.at, argument.text, expression()));
                } else {
                    parts.add(expression());
                }
            } while (accept(","));
            if (accept("order")) {
                expect("by");
                aggregated.addAll(sorted());
            }
        }
        expect(")");
        if (accept("filter")) {
            expect("(");
            expect("where");
            parts.add(SqlNode.of(Kind.AGGREGATED, peek().at, "FILTER", expression()));
            expect(")");
        }
        if (!aggregated.isEmpty()) {
            parts.add(SqlNode.of(Kind.AGGREGATED, name.at(), "ORDER", aggregated));
        }
        if (is("over")) {
            parts.add(window());
        }
        return SqlNode.of(Kind.CALL, name.at(), name.text(), parts);
    }

    private SqlNode window() {
        int at = tokens.get(next++).at;
        if (!is("(")) {
            throw new UnsupportedSqlException("window");
        }
        expect("(");
        List<SqlNode> parts = new ArrayList<>();
        if (accept("partition")) {
            expect("by");
            parts.addAll(expressions());
        }
        if (accept("order")) {
            expect("by");
            parts.addAll(sorted());
        }
        if (!is(")")) {
            throw new UnsupportedSqlException("frame");
        }
        expect(")");
        return SqlNode.of(Kind.WINDOW, at, "", parts);
    }
}
