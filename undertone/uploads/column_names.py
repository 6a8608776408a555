"""Names that exports give their columns, by what the column holds; the best known name first.

They are compared without case, accents, spaces and punctuation; `author.name` is the field `name`
of an object `author` in JSON. From Apify's datasets, the platforms' APIs, ExportComments and its
kind, scrapers and vendors of reviews, and what people write over a column in their language.
"""

# ruff: noqa: E501, RUF001 - names in many languages

from __future__ import annotations

ROLES: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "comment", "comment text", "review text", "review body", "review content",
        "review description", "review", "reviews", "content", "body", "message", "comment content",
        "full text", "tweet text", "textOriginal", "original text", "textDisplay", "comment body",
        "tweet", "comment message", "commentary", "post comments", "post comment", "comments",
        "content.text", "text.content", "message.text", "body.text", "contentText", "snippet",
        "feedback", "comment (original)", "comment plain text", "html content", "review message",
        "Kommentar", "Kommentare", "Kommentartext", "Bewertungstext", "Rezension", "Rezensionstext",
        "Nachricht", "Inhalt", "commentaire", "commentaires", "texte", "texte du commentaire",
        "avis", "contenu", "comentario", "comentarios", "texto", "reseña", "reseñas", "mensaje",
        "contenido", "opinión", "texto del comentario", "commento", "commenti", "testo",
        "recensione", "recensioni", "messaggio", "comentário", "comentários", "mensagem",
        "conteúdo", "resenha", "texto do comentário", "reactie", "reacties", "opmerking",
        "opmerkingen", "recensie", "bericht", "tekst", "komentarz", "komentarze", "recenzja",
        "opinia", "treść", "treść komentarza", "yorum", "yorumlar", "yorum metni", "metin", "mesaj",
        "içerik", "komentar", "ulasan", "isi komentar", "isi ulasan", "teks", "pesan",
        "комментарий", "комментарии", "текст", "текст комментария", "отзыв", "сообщение",
        "コメント", "コメント内容", "レビュー", "口コミ", "本文", "テキスト", "评论", "评论内容", "評論",
        "留言", "内容", "正文", "评价内容", "댓글", "댓글 내용", "리뷰", "내용", "التعليق", "تعليق",
        "reply", "reply text",
    ),
    "id": (
        "comment id", "cid", "review id", "tweet id", "id", "id_str", "comment uri", "uri",
        "rest_id", "Kommentar-ID", "identifiant", "id del comentario", "id komentar",
        "id комментария",
    ),
    "parent": (
        "parent id", "parent comment id", "parent", "replies to id", "reply to cid",
        "in reply to", "in reply to id", "reply to", "reply to id", "reply to comment id",
        "in reply to status id", "in reply to status id str", "reply id", "replied to",
        "parent comment", "reply comment id", "comment parent",
    ),
    "author": (
        "author", "owner username", "unique id", "username", "author display name", "user name",
        "user", "comment author", "author name", "reviewer name", "reviewer", "consumer name",
        "author_title", "name", "name (click to view profile)", "profile name", "screen name", "nickname",
        "author username", "author handle", "display name", "from", "from.name", "from.username",
        "user.username", "user.name", "user.screen_name", "user.unique_id", "user.nickname",
        "user.display_name", "author.handle", "author.title", "author.userName",
        "author.nickname", "owner.username", "account.acct", "account.username", "account",
        "consumer.displayName", "consumer.name", "reviewer.displayName", "comment author name",
        "commenter", "commenter name", "customer name", "handle", "by", "author text",
        "review author", "review username", "Autor", "Verfasser", "Benutzer",
        "Benutzername", "Nutzer", "Nutzername", "auteur", "utilisateur", "nom", "nom d'utilisateur",
        "usuario", "nombre", "nombre de usuario", "autore", "utente", "nome", "nome utente",
        "usuário", "nome de usuário", "gebruiker", "gebruikersnaam", "naam", "użytkownik",
        "nazwa użytkownika", "kullanıcı", "kullanıcı adı", "yazar", "pengguna", "nama",
        "nama pengguna", "автор", "пользователь", "имя", "имя пользователя", "ユーザー",
        "ユーザー名", "投稿者", "名前", "用户", "用户名", "昵称", "作者", "작성자", "사용자", "이름",
    ),
    "time": (
        "timestamp", "create time iso", "created at", "published at", "created_utc", "date",
        "time", "create time", "created", "published", "comment date", "created time",
        "published time", "published time text", "at", "review date", "review created at",
        "date published", "date created", "created date", "comment time", "posted at", "posted",
        "post date", "indexed at", "commented at", "comment created at", "published date",
        "publish date", "published at date", "dates.publishedDate", "createTimestamp", "time text",
        "updated", "review datetime utc", "comment timestamp", "Datum", "Zeit", "Zeitpunkt",
        "Erstellt am",
        "date de publication", "fecha", "fecha de publicación", "data", "data e ora",
        "data de publicação", "datum en tijd", "data dodania", "tarih", "tanggal", "waktu", "дата",
        "дата и время", "日付", "日時", "投稿日", "投稿日時", "日期", "时间", "发布时间", "날짜", "작성일",
    ),
    "stars": (
        "stars", "star rating", "rating", "review rating", "rating value", "star", "review stars",
        "review score", "overall rating", "ratings", "im:rating", "user rating", "rating stars",
        "rating.stars", "reviewRating.ratingValue", "score (1-5)", "number of stars",
        "Bewertung", "Sterne", "Sternebewertung", "étoiles", "évaluation", "calificación",
        "estrellas", "puntuación", "valutazione", "stelle", "estrelas", "classificação",
        "beoordeling", "sterren", "ocena", "gwiazdki", "puan", "yıldız", "bintang", "peringkat",
        "оценка", "рейтинг", "звезды", "評価", "星", "评分", "星级", "평점", "별점",
    ),
    "likes": (
        "likes", "likes count", "like count", "digg count", "vote count", "votes", "score",
        "number of likes", "likes (comment)", "thumbs up count", "thumbs up", "upvotes", "ups",
        "upvote count", "helpful votes", "helpful count", "helpful", "review likes", "favorites",
        "favorite count", "favourites count", "reaction count", "reactions count", "reactions",
        "comment likes", "num likes", "likes number", "like", "comment like count", "points",
        "im:voteCount", "number of helpful", "total reactions", "Gefällt mir", "Likes Anzahl",
        "j'aime", "mentions j'aime", "me gusta", "mi piace", "curtidas", "gostos", "vind-ik-leuks",
        "polubienia", "beğeni", "beğeni sayısı", "suka", "jumlah suka", "лайки", "いいね",
        "いいね数", "点赞", "点赞数", "赞", "좋아요", "좋아요 수",
    ),
    "readers": ("readers", "views", "view count", "impressions", "reads"),
    "post": (
        "post url", "video web url", "video url", "submitted video url", "page url", "input url",
        "media url", "media permalink", "post link", "facebook url", "post permalink",
        "story permalink", "link permalink", "post", "post id", "video id", "media id", "link id",
        "story id", "submission id", "aweme id", "thread url", "conversation id", "tweet url",
        "parent post url", "app id", "app name", "app", "product url", "product asin", "asin",
        "product", "place url", "place id", "place name", "business name", "company url", "company",
        "url", "link",
    ),
    "title": (
        "post title", "video title", "title", "submission title", "link title", "story title",
        "media title", "caption", "Titel", "titre", "título", "titolo", "tytuł", "başlık", "judul",
        "заголовок", "タイトル", "标题", "제목",
    ),
    "heading": ("review title", "title of review", "review headline", "headline", "review heading"),
}  # fmt: skip
"""`heading`: a review's own title, which is its text where it has no other."""

OF_REVIEWS = (
    "review", "reviews", "review id", "review text", "review body", "review content",
    "review description", "review title", "review rating", "review date", "reviewer",
    "reviewer name", "review created version", "app version", "im:version", "thumbs up count",
    "reply content", "developer response", "owner response", "response from owner text",
    "company reply", "asin", "product asin", "verified purchase", "is verified", "helpful votes",
    "helpful count", "consumer.displayName", "star rating", "rating", "stars", "im:rating",
    "rating value",
)  # fmt: skip
"""Columns that only exports of reviews have: there `score` are stars, a `title` is the review's,
and `reply` is the company's."""

OWN_LINKS = ("url", "link", "tweet url")
"""Names of columns that hold each post's link in some exports, each comment's own in others."""
